-- List the money that came in for an invoice number that is still open: wired, or paid at the bank.
-- in     nothing
-- out    one row per receipt, as a seed of the simulator
-- again  reads only
SELECT cfs.cfs_site AS site_number,
       receipt.receipt_number,
       sum(receipt.receipt_amount::numeric(19,2)) AS receipt_amount,
       CASE invoice.payment_method_code
           WHEN 'EFT' THEN 'BC REG EFT Wire Cheque'
           ELSE 'Online Banking Payments'
       END AS payment_method,
       to_char(min(receipt.receipt_date), 'YYYY-MM-DD') AS receipt_date,
       array_agg(DISTINCT reference.invoice_number) AS applied_to
  FROM receipts AS receipt
  JOIN invoices AS invoice ON invoice.id = receipt.invoice_id
  JOIN invoice_references AS reference
    ON reference.invoice_id = invoice.id
   AND reference.status_code = 'ACTIVE'
  JOIN cfs_accounts AS cfs ON cfs.id = invoice.cfs_account_id
 WHERE invoice.payment_method_code IN ('EFT', 'ONLINE_BANKING')
   AND cfs.cfs_site IS NOT NULL
 GROUP BY cfs.cfs_site, receipt.receipt_number, invoice.payment_method_code
 ORDER BY min(receipt.id)
