-- Every invoice with its references and receipts.
SELECT invoice.id,
       invoice.invoice_status_code AS status,
       CAST(coalesce(invoice.paid, 0) AS numeric(19,2)) AS paid,
       CAST(coalesce(invoice.refund, 0) AS numeric(19,2)) AS refund,
       invoice.payment_date,
       invoice.refund_date,
       invoice.disbursement_status_code AS disbursement,
       coalesce(reference.texts, '{}') AS "references",
       coalesce(receipt.texts, '{}') AS receipts
  FROM invoices AS invoice
  LEFT JOIN (SELECT invoice_id, array_agg(concat_ws(' ', invoice_number, status_code) ORDER BY id) AS texts
               FROM invoice_references
              GROUP BY invoice_id) AS reference
    ON reference.invoice_id = invoice.id
  LEFT JOIN (SELECT invoice_id,
                    array_agg(concat_ws(' ', receipt_number, CAST(receipt_amount AS numeric(19,2)))
                              ORDER BY receipt_number COLLATE "C") AS texts
               FROM receipts
              GROUP BY invoice_id) AS receipt
    ON receipt.invoice_id = invoice.id
 ORDER BY invoice.id
