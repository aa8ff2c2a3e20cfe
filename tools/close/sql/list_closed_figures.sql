-- List the figures of recorded days.
-- in     since, until (days, both included)
-- out    one row a day, figure and method: rows, and the amount in CAD
SELECT day, figure, method, rows, amount
  FROM pay_jobs.closed_figures
 WHERE day BETWEEN :since AND :until
 ORDER BY day, figure, method
