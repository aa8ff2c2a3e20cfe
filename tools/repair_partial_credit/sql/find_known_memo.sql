-- Find what a credit memo belongs to already, in the books or in the journal.
-- in     memo
-- out    subject, like invoice 7 (null where a credit names none); no row where the memo is not known
-- again  reads only
SELECT 'invoice ' || created_invoice_id AS subject
  FROM credits
 WHERE is_credit_memo
   AND cfs_identifier = :memo
 UNION ALL
SELECT operation.subject
  FROM pay_jobs.operation_steps AS step
  JOIN pay_jobs.operations AS operation
    ON operation.id = step.operation_id
 WHERE step.kind = 'create credit memo'
   AND step.answer ->> 'credit_memo' = :memo
 LIMIT 1
