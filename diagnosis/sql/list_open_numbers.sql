-- List the CFS numbers of invoices that wait for a settlement file.
-- in     -
-- out    numbers
-- again  reads only
SELECT DISTINCT reference.invoice_number
  FROM invoices AS invoice
  JOIN invoice_references AS reference ON reference.invoice_id = invoice.id
 WHERE invoice.invoice_status_code IN ('APPROVED', 'SETTLEMENT_SCHED', 'PARTIAL_PAID', 'CREATED')
   AND invoice.payment_method_code IN ('PAD', 'ONLINE_BANKING', 'CC')
   AND reference.status_code = 'ACTIVE'
