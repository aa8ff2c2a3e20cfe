-- An invoice that is PAID without being paid whole, a payment date, a completed reference or a receipt.
-- source docs/specs/cas-settlement-csv.md section 5.4; what costs nothing, and ministries that are not billed, are
--        closed at once and need neither (invoice-lifecycle.md section 2)
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('paid %s, a payment date, a completed reference, a receipt', invoice.total) AS expected,
       concat_ws(', ',
                 format('paid %s', coalesce(invoice.paid, 0)),
                 CASE WHEN invoice.payment_date IS NULL THEN 'no payment date' END,
                 CASE WHEN NOT kept.has_reference THEN 'no completed reference' END,
                 CASE WHEN NOT kept.has_receipt THEN 'no receipt' END) AS found
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
 CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM invoice_references AS reference
                        WHERE reference.invoice_id = invoice.id
                          AND reference.invoice_id >= :first_invoice
                          AND reference.status_code = 'COMPLETED') AS has_reference,
               EXISTS (SELECT FROM receipts AS receipt
                        WHERE receipt.invoice_id = invoice.id
                          AND receipt.invoice_id >= :first_invoice) AS has_receipt
      ) AS kept
 WHERE invoice.id >= :first_invoice
   AND invoice.invoice_status_code IN ('PAID', 'GL_UPDATED')
   AND (invoice.paid IS DISTINCT FROM invoice.total
        OR invoice.payment_date IS NULL
        OR NOT (kept.has_reference AND kept.has_receipt)
           AND invoice.total > 0
           AND coalesce(account.billable, true))
