-- A PAD invoice that waits because its payment bounced, though no bounce of its number is noted or no payment failed.
-- source docs/specs/cas-settlement-csv.md section 8: of a frozen account only the first bounce has a row, each number has
--        its failed payment
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       'a failed payment of its number, or a noted bounce' AS expected,
       'SETTLEMENT_SCHED without either' AS found
  FROM invoices AS invoice
 WHERE invoice.id >= :first_invoice
   AND invoice.invoice_status_code = 'SETTLEMENT_SCHED'
   AND invoice.payment_method_code = 'PAD'
   AND NOT EXISTS (SELECT FROM invoice_references AS reference
                     JOIN payments AS payment
                       ON payment.invoice_number = reference.invoice_number
                      AND payment.payment_status_code = 'FAILED'
                    WHERE reference.invoice_id = invoice.id)
   AND NOT EXISTS (SELECT FROM invoice_references AS reference
                     JOIN non_sufficient_funds AS bounce
                       ON bounce.invoice_number = reference.invoice_number
                      AND coalesce(bounce.description, '') NOT LIKE 'UNDONE: %'
                    WHERE reference.invoice_id = invoice.id)
