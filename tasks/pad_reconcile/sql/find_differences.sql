-- Find the numbers that CAS settled with another amount than we had open.
-- in     -
-- out    target_number, applied, open_amount
-- again  reads only
SELECT target_number, applied, open_before + open_amount AS open_amount
  FROM settled_invoices
 WHERE is_last
   AND is_settled
   AND applied <> open_before + open_amount
 ORDER BY target_number
