-- The fee invoices that tell of a bounce that stands: the number, or the slip and which of its bounces it was; the
-- invoice, its own number where a slip has it.
SELECT invoice_number, invoice_id, NULL AS reference FROM non_sufficient_funds
 WHERE coalesce(description, '') NOT LIKE 'UNDONE: %'
 UNION ALL
SELECT fee.routing_slip || ' ' || row_number() OVER (PARTITION BY fee.routing_slip ORDER BY fee.id),
       fee.id, reference.invoice_number
  FROM invoices AS fee
  LEFT JOIN invoice_references AS reference ON reference.invoice_id = fee.id
 WHERE fee.payment_method_code = 'INTERNAL' AND fee.created_by <> 'API'
 ORDER BY 2
