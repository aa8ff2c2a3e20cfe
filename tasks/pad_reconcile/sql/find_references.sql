-- Find the references of the numbers of the rows, lock them, and keep what deciding and settling need of them and their
-- invoices, which are locked already.
-- out    temporary table settlement_references: one row a reference
-- again  it is dropped at the end of the transaction
CREATE TEMPORARY TABLE settlement_references ON COMMIT DROP AS
SELECT reference.id AS reference_id,
       reference.invoice_number,
       reference.status_code,
       invoice.id AS invoice_id,
       invoice.invoice_status_code,
       invoice.payment_method_code,
       invoice.payment_account_id,
       invoice.total,
       coalesce(cfs.cfs_account, '') AS cfs_account
  FROM invoice_references AS reference
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
  LEFT JOIN cfs_accounts AS cfs
    ON cfs.id = invoice.cfs_account_id
 WHERE reference.invoice_number IN (SELECT target_number
                                      FROM settlement_staged
                                     WHERE kind NOT IN ('SKIP', 'REJECT', 'ON_ACCOUNT'))
 ORDER BY reference.id
   FOR UPDATE OF reference
