-- List what was open at the start or is open at the end.
-- in     kind, side (start or end), first, last (days)
-- out    day, method, key, amount, origin
SELECT CAST(:first AS date) - 1 AS day, method, kind || ' ' || coalesce(slip.number, CAST(item AS text)) AS key, amount,
       open.status || ' since ' || from_day AS origin, NULL AS line_figure, CAST(NULL AS bigint) AS line_place
  FROM pay_jobs.open_items AS open
  LEFT JOIN routing_slips AS slip
    ON open.kind = 'slip'
   AND slip.id = open.item
 WHERE :side = 'start'
   AND kind = :kind
   AND from_day < :first
   AND coalesce(until_day, 'infinity') >= :first
 UNION ALL
SELECT CAST(:last AS date), method, kind || ' ' || coalesce(slip.number, CAST(item AS text)), amount, ended.status, NULL, NULL
  FROM closing_ends AS ended
  LEFT JOIN routing_slips AS slip
    ON ended.kind = 'slip'
   AND slip.id = ended.item
 WHERE :side = 'end'
   AND kind = :kind
 ORDER BY method, key
