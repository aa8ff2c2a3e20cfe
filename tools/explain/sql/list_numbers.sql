-- List the CFS numbers of an invoice.
-- in     id
-- out    invoice_number
-- again  reads only
SELECT DISTINCT invoice_number
  FROM invoice_references
 WHERE invoice_id = :id
   AND invoice_number IS NOT NULL
 ORDER BY invoice_number
