-- Read cancelled invoices that CFS must not know.
-- in     keys text[] (ids)
-- out    id, total
-- again  reads only
SELECT invoice.id, invoice.total
  FROM invoices AS invoice
 WHERE invoice.id = ANY (CAST(:keys AS integer[]))
