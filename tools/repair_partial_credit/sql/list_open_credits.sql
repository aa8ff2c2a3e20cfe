-- List the partial credits that are begun and not finished.
-- out    one row a credit memo, the oldest first; amount in CAD
-- again  reads only
SELECT id, invoice_id, state, amount, memo, why, run_id, created_on
  FROM pay_jobs.partial_credits
 WHERE state IN ('intended', 'parked', 'answered')
 ORDER BY id
