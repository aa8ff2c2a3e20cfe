-- Read cancelled invoices that CFS must not know.
-- in     keys text[] (ids)
-- out    id, slip (its routing slip, whose site it would be on), total
-- again  reads only
SELECT invoice.id,
       CASE WHEN invoice.payment_method_code = 'INTERNAL' THEN invoice.routing_slip END AS slip,
       invoice.total
  FROM invoices AS invoice
 WHERE invoice.id = ANY (CAST(:keys AS integer[]))
