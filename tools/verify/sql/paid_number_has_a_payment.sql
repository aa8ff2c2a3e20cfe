-- A PAD invoice that is paid with no completed payment of its number.
-- source docs/specs/cas-settlement-csv.md section 6; what credits paid whole has none, and an invoice of a number that
--        was paid by card has the card's
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       'a completed payment' AS expected,
       format('none of %s', min(reference.invoice_number)) AS found
  FROM invoices AS invoice
  JOIN invoice_references AS reference
    ON reference.invoice_id = invoice.id
   AND reference.invoice_id >= :first_invoice
   AND reference.status_code = 'COMPLETED'
  LEFT JOIN payments AS payment
    ON payment.invoice_number = reference.invoice_number
   AND payment.payment_status_code = 'COMPLETED'
 WHERE invoice.id >= :first_invoice
   AND invoice.invoice_status_code = 'PAID'
   AND invoice.payment_method_code = 'PAD'
   AND invoice.total > 0
   AND payment.id IS NULL
   AND invoice.total > coalesce((SELECT sum(applied.amount_applied)
                                   FROM applied_credits AS applied
                                  WHERE applied.invoice_id = invoice.id), 0)
 GROUP BY invoice.id
