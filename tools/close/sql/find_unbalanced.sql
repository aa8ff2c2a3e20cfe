-- Find the invoices, slips or credits whose start and movements do not make their end.
-- in     kind, figures text[], signs integer[], before (the day before), first, last (days)
-- out    item, start_amount, moved, end_amount, status
WITH start AS (
       SELECT item, amount, status
         FROM pay_jobs.open_items
        WHERE kind = :kind
          AND from_day <= :before
          AND coalesce(until_day, 'infinity') > :before
     ),
     moved AS (
       SELECT row.item, sum(row.amount * effect.sign) AS amount
         FROM closing_rows AS row
         JOIN unnest(CAST(:figures AS text[]), CAST(:signs AS integer[])) AS effect (figure, sign)
           ON effect.figure = row.figure
        WHERE row.day BETWEEN :first AND :last
        GROUP BY row.item
     ),
     ended AS (
       SELECT item, amount, status
         FROM closing_ends
        WHERE kind = :kind
     )
SELECT item,
       coalesce(start.amount, 0) AS start_amount,
       coalesce(moved.amount, 0) AS moved,
       coalesce(ended.amount, 0) AS end_amount,
       coalesce(ended.status, start.status, '') AS status
  FROM start
  FULL JOIN moved
 USING (item)
  FULL JOIN ended
 USING (item)
 WHERE coalesce(start.amount, 0) + coalesce(moved.amount, 0) <> coalesce(ended.amount, 0)
 ORDER BY item
