-- Read the invoices that share a CFS number.
-- in     number
-- out    one row an invoice with an ACTIVE or COMPLETED reference of the number
-- again  reads only
SELECT DISTINCT invoice.id,
       invoice.invoice_status_code AS status,
       invoice.total
  FROM invoice_references AS reference
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
 WHERE reference.invoice_number = :number
   AND reference.status_code IN ('ACTIVE', 'COMPLETED')
 ORDER BY invoice.id
