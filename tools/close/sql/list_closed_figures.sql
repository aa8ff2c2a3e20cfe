-- List the figures of recorded days.
-- in     since, until (days, both included)
SELECT day, figure, method, rows, amount
  FROM pay_jobs.closed_figures
 WHERE day BETWEEN :since AND :until
 ORDER BY day, figure, method
