-- List every partial credit of an invoice.
-- in     invoice_id
-- out    one row a credit memo, the oldest first; amount in CAD
-- again  reads only
SELECT id, state, memo, amount
  FROM pay_jobs.partial_credits
 WHERE invoice_id = :invoice_id
 ORDER BY id
