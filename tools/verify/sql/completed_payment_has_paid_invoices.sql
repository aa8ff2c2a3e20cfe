-- A completed PAD payment though invoices of its number are open, and no payment of it that bounced keeps its money.
-- source docs/specs/cas-settlement-csv.md sections 5 and 8
SELECT 'payment ' || payment.id AS row,
       'explain invoice ' || min(invoice.id) AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('every invoice of %s settled', payment.invoice_number) AS expected,
       format('%s', string_agg(format('invoice %s is %s', invoice.id, invoice.invoice_status_code), ', ' ORDER BY invoice.id))
           AS found
  FROM payments AS payment
  JOIN invoice_references AS reference
    ON reference.invoice_number = payment.invoice_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
   AND invoice.payment_method_code = 'PAD'
   AND invoice.invoice_status_code IN ('APPROVED', 'SETTLEMENT_SCHED')
 WHERE (CAST(:since AS timestamp) IS NULL OR payment.payment_date >= :since)
   AND payment.payment_status_code = 'COMPLETED'
   AND payment.payment_method_code = 'PAD'
   AND NOT EXISTS (SELECT FROM payments AS bounced
                    WHERE bounced.invoice_number = payment.invoice_number
                      AND bounced.payment_status_code = 'FAILED'
                      AND bounced.paid_amount >= payment.paid_amount)
 GROUP BY payment.id
