-- Add up what was open at the end of a recorded day, and at the end of the day at hand.
-- in     before (the recorded day)
-- out    figure, method, rows, amount
SELECT kind || 's.open_at_start' AS figure, method, count(*) AS rows, sum(amount) AS amount
  FROM pay_jobs.open_items
 WHERE from_day <= :before
   AND coalesce(until_day, 'infinity') > :before
 GROUP BY kind, method
 UNION ALL
SELECT kind || 's.open_at_end', method, count(*), sum(amount)
  FROM closing_ends
 GROUP BY kind, method
 ORDER BY 1, 2
