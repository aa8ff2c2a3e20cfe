-- Note a credit memo before CFS is asked for it.
-- in     invoice_id, amount, parts (JSON), party, account, site, reason, run_id
-- out    its id
-- again  refused by the index while the invoice has one in progress
INSERT INTO pay_jobs.partial_credits (
       invoice_id, amount, parts, cfs_party, cfs_account, cfs_site, reason, run_id)
VALUES (:invoice_id, :amount, CAST(:parts AS jsonb), :party, :account, :site, :reason, :run_id)
RETURNING id
