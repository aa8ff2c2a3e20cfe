-- Find the numbers that CAS settled with another amount than we had open.
-- in     -
-- out    target_number, applied, open_amount
-- again  reads only
SELECT applied.target_number, applied.amount AS applied, expected.amount AS open_amount
  FROM (SELECT target_number, sum(amount) AS amount, bool_or(kind <> 'PART_ONE') AS is_settled
          FROM wave_rows
         WHERE outcome = 'applied'
           AND rule <> 'came_late'
           AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE')
         GROUP BY target_number) AS applied
  JOIN (SELECT target_number, sum(open_amount) AS amount FROM settled_invoices GROUP BY target_number) AS expected
    USING (target_number)
 WHERE applied.is_settled
   AND applied.amount <> expected.amount
 ORDER BY applied.target_number
