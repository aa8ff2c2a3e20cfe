-- List the months of some recorded days.
-- in     first, last (days)
-- out    month (its first day), days, unexplained
SELECT CAST(date_trunc('month', day) AS date) AS month, count(*) AS days, sum(unexplained) AS unexplained
  FROM pay_jobs.closed_days
 WHERE day BETWEEN :first AND :last
 GROUP BY 1
 ORDER BY 1
