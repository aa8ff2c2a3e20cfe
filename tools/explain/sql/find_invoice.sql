-- Find an invoice, its account, what its receipts and applied credits come to, and whether CGI refused it once.
-- in     id
-- out    one row, no row where there is none; a receipt under the number of a credit memo is that credit, counted once
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 5.4
SELECT invoice.id,
       invoice.invoice_status_code AS status,
       invoice.payment_method_code AS method,
       invoice.total,
       coalesce(invoice.paid, 0) AS paid,
       invoice.payment_date,
       invoice.refund_date,
       account.auth_account_id,
       account.name AS account_name,
       invoice.routing_slip,
       EXISTS (SELECT FROM invoice_references WHERE invoice_id = invoice.id) AS was_sent,
       coalesce((SELECT sum(CAST(receipt.receipt_amount AS numeric(19,2)))
                   FROM receipts AS receipt
                  WHERE receipt.invoice_id = invoice.id), 0)
       + coalesce((SELECT sum(CAST(applied.amount_applied AS numeric(19,2)))
                     FROM applied_credits AS applied
                    WHERE applied.invoice_id = invoice.id
                      AND NOT EXISTS (SELECT FROM receipts AS receipt
                                       WHERE receipt.invoice_id = invoice.id
                                         AND receipt.receipt_number = applied.cfs_identifier)), 0) AS received,
       EXISTS (SELECT FROM ejv_links AS link
                WHERE link.disbursement_status_code = 'ERRORED'
                  AND (   coalesce(link.link_type, 'invoice') = 'invoice'
                      AND link.link_id = invoice.id
                       OR link.link_type = 'partial_refund'
                      AND link.link_id IN (SELECT id FROM refunds_partial WHERE invoice_id = invoice.id))) AS was_refused
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
 WHERE invoice.id = :id
