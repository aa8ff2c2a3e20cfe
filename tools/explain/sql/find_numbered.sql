-- Find the invoices that have a CFS number.
-- in     number
-- out    invoice ids, one row each
-- again  reads only
SELECT DISTINCT invoice_id
  FROM invoice_references
 WHERE invoice_number = upper(:number)
 ORDER BY invoice_id
