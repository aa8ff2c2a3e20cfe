-- List the cancelled invoices of a time that were never sent: CFS must not know them.
-- in     as list_invoices.sql
-- out    ids as text of ten digits, in order
-- again  reads only
SELECT lpad(invoice.id::text, 10, '0') AS id
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account ON account.id = invoice.payment_account_id
 WHERE invoice.invoice_status_code = 'CANCELLED'
   AND lpad(invoice.id::text, 10, '0') > :after
   AND invoice.created_on >= :since
   AND invoice.created_on < :until
   AND invoice.payment_method_code IN ('PAD', 'ONLINE_BANKING', 'EFT', 'INTERNAL')
   AND (CAST(:method AS text) IS NULL OR invoice.payment_method_code = :method)
   AND (CAST(:account AS text) IS NULL OR account.auth_account_id = :account)
   AND NOT EXISTS (SELECT FROM invoice_references AS reference WHERE reference.invoice_id = invoice.id)
 ORDER BY CASE WHEN :is_sample THEN md5(invoice.id::text) END, 1
 LIMIT :most
