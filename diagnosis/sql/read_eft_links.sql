-- Read what staff linked to EFT invoices (evidence E14); a payment that they took back counts no longer.
-- in     ids integer[]
-- out    one row an invoice with links
-- again  reads only
SELECT link.invoice_id,
       min(link.created_on) FILTER (WHERE link.status_code = 'PENDING'),
       coalesce(sum(link.amount) FILTER (WHERE link.status_code = 'PENDING'), 0),
       bool_or(link.status_code = 'COMPLETED'
               AND NOT EXISTS (SELECT FROM eft_credit_invoice_links AS back
                                WHERE back.invoice_id = link.invoice_id
                                  AND back.receipt_number = link.receipt_number
                                  AND back.status_code IN ('PENDING_REFUND', 'REFUNDED'))),
       max(link.receipt_number)
  FROM eft_credit_invoice_links AS link
 WHERE link.invoice_id = ANY (:ids)
 GROUP BY link.invoice_id
