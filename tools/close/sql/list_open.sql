-- List what was open at the start or is open at the end.
-- in     kind, side (start or end), first, last (days)
-- out    day, method, key, amount, origin
SELECT CAST(:first AS date) - 1 AS day, method, kind || ' ' || item AS key, amount, status || ' since ' || from_day AS origin
  FROM pay_jobs.open_items
 WHERE :side = 'start'
   AND kind = :kind
   AND from_day < :first
   AND (until_day IS NULL OR until_day >= :first)
 UNION ALL
SELECT CAST(:last AS date), method, kind || ' ' || item, amount, status
  FROM closing_ends
 WHERE :side = 'end'
   AND kind = :kind
 ORDER BY method, key
