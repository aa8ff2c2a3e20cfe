-- List the recorded days of a span, the newest first.
-- in     since, until (days, both included)
-- out    one row a day, as it was kept (keep_day.sql)
SELECT day, is_first, unexplained_rows, unexplained, remainders, reason, run_id, recorded_on
  FROM pay_jobs.closed_days
 WHERE day BETWEEN :since AND :until
 ORDER BY day DESC
