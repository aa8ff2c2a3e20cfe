-- Find the invoice that a credit memo belongs to already, in the books or in the journal.
-- in     memo
-- out    invoice_id (null where a credit names none), no row where the memo is not known
-- again  reads only
SELECT created_invoice_id AS invoice_id
  FROM credits
 WHERE is_credit_memo
   AND cfs_identifier = :memo
 UNION ALL
SELECT invoice_id
  FROM pay_jobs.partial_credits
 WHERE memo = :memo
 LIMIT 1
