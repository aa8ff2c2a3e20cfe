-- Find the partial credit of an invoice that is in progress.
-- in     invoice_id
-- out    one row at most
-- again  reads only
SELECT id, invoice_id, state, amount, parts, cfs_party, cfs_account, cfs_site, memo, remaining, why, reason, run_id,
       created_on
  FROM pay_jobs.partial_credits
 WHERE invoice_id = :invoice_id
   AND state IN ('intended', 'parked', 'answered')
