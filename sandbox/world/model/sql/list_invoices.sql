-- Every invoice with its references and receipts.
SELECT invoice.id,
       invoice.invoice_status_code AS status,
       CAST(coalesce(invoice.paid, 0) AS numeric(19,2)) AS paid,
       CAST(coalesce(invoice.refund, 0) AS numeric(19,2)) AS refund,
       invoice.payment_date,
       invoice.refund_date,
       invoice.disbursement_status_code AS disbursement,
       ARRAY(SELECT concat_ws(' ', invoice_number, status_code) FROM invoice_references
              WHERE invoice_id = invoice.id ORDER BY id) AS "references",
       ARRAY(SELECT concat_ws(' ', receipt_number, CAST(receipt_amount AS numeric(19,2))) FROM receipts
              WHERE invoice_id = invoice.id ORDER BY receipt_number COLLATE "C") AS receipts
  FROM invoices AS invoice
 ORDER BY invoice.id
