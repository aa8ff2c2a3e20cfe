-- Keep the credit memo of a partial credit.
-- in     entry_id, account_id, now (naive UTC)
-- out    the credit's id
-- again  the caller has moved the entry to done in the same transaction, once
INSERT INTO credits (
       account_id, created_invoice_id, cfs_identifier, cfs_site, is_credit_memo, amount, remaining_amount, created_on)
SELECT :account_id, invoice_id, memo, cfs_site, true, amount, remaining, :now
  FROM pay_jobs.partial_credits
 WHERE id = :entry_id
RETURNING id
