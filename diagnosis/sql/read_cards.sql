-- Read what we know of card payments and their refunds.
-- in     ids integer[]
-- out    one row an invoice: receipt, error of a refund, when the refund was asked for
-- again  reads only
SELECT invoice.id,
       (SELECT max(receipt.receipt_number) FROM receipts AS receipt WHERE receipt.invoice_id = invoice.id),
       refund.error,
       refund.requested_on
  FROM invoices AS invoice
  LEFT JOIN (SELECT found.invoice_id, max(found.gl_error) AS error, max(found.requested_date) AS requested_on
               FROM refunds AS found
              WHERE found.invoice_id = ANY (:ids)
              GROUP BY found.invoice_id) AS refund ON refund.invoice_id = invoice.id
 WHERE invoice.id = ANY (:ids)
