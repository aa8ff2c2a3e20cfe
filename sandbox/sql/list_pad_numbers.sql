-- List the PAD numbers whose references and invoices have a status.
-- in     status (of the reference), invoice_status, limit
-- out    number, party, account, site, total
-- again  reads only
SELECT reference.invoice_number, cfs.cfs_party, cfs.cfs_account, cfs.cfs_site, sum(invoice.total)
  FROM invoice_references AS reference
  JOIN invoices AS invoice ON invoice.id = reference.invoice_id
  JOIN cfs_accounts AS cfs ON cfs.id = invoice.cfs_account_id
 WHERE reference.status_code = %(status)s
   AND invoice.payment_method_code = 'PAD'
   AND invoice.invoice_status_code = %(invoice_status)s
   AND cfs.status = 'ACTIVE'
 GROUP BY reference.invoice_number, cfs.cfs_party, cfs.cfs_account, cfs.cfs_site
HAVING count(DISTINCT cfs.id) = 1
 ORDER BY reference.invoice_number
 LIMIT %(limit)s
