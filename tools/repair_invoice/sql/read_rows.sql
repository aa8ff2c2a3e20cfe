-- Read the rows of an invoice that a repair judges and changes.
-- in     invoice, receipt or null, number or null (its payment is kept under one of them)
-- out    name of the table, id, what the row says
-- again  reads only
SELECT 'invoices' AS name, id,
       concat_ws(', ', invoice_status_code, coalesce(paid, 0) || ' of ' || total || ' CAD paid',
                 'payment_date ' || CAST(payment_date AS date), 'refund_date ' || CAST(refund_date AS date)) AS words
  FROM invoices
 WHERE id = :invoice
 UNION ALL
SELECT 'invoice_references', id, concat_ws(' ', invoice_number, status_code)
  FROM invoice_references
 WHERE invoice_id = :invoice
 UNION ALL
SELECT 'receipts', id, receipt_number || ', ' || CAST(receipt_amount AS numeric(19,2)) || ' CAD'
  FROM receipts
 WHERE invoice_id = :invoice
 UNION ALL
SELECT 'payments', id,
       concat_ws(', ', payment_status_code, CAST(coalesce(paid_amount, 0) AS numeric(19,2)) || ' CAD',
                 receipt_number, invoice_number)
  FROM payments
 WHERE receipt_number = :receipt
    OR invoice_number = :number
 UNION ALL
SELECT 'ejv_links', id, disbursement_status_code
  FROM ejv_links
 WHERE link_id = :invoice
   AND coalesce(link_type, 'invoice') = 'invoice'
