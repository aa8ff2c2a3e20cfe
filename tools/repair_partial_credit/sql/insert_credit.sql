-- Keep the credit memo of a partial credit.
-- in     account_id, invoice_id, memo, site, amount, remaining, now (naive UTC)
-- out    the number of rows
-- again  the caller closes the operation in the same transaction, once
INSERT INTO credits (
       account_id, created_invoice_id, cfs_identifier, cfs_site, is_credit_memo, amount, remaining_amount, created_on)
VALUES (:account_id, :invoice_id, :memo, :site, true, :amount, :remaining, :now)
