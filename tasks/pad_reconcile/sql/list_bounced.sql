-- List the payments that bounced, for what follows and for the report.
-- in     -
-- out    what effects.py calls a BouncedPayment
-- again  reads only
SELECT file_id, line, payment_account_id, auth_account_id, customer_account, target_number, amount, original_amount,
       outstanding_amount, reversal_reason, is_first, is_freezing,
       cfs_party AS pad_party, cfs_account AS pad_account, cfs_site AS pad_site,
       billed_party, billed_account, billed_site
  FROM bounced_payments
