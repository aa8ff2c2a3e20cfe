-- A paid transaction of a routing slip without its completed payment over the same amount and of the same day.
-- source docs/specs/routing-slips.md sections 3.8 and 7: each transaction that was paid has its payment, which stays
--        as it is where the deposit bounces and a linked slip pays the transaction again (3.4, 3.1)
SELECT 'payment ' || payment.id AS row,
       'explain slip ' || invoice.routing_slip AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('%s: invoice %s is %s', CASE WHEN invoice.invoice_status_code = 'PAID' THEN 'COMPLETED' ELSE 'not COMPLETED' END,
              invoice.id, invoice.invoice_status_code) AS expected,
       format('%s, paid %s', payment.payment_status_code, CAST(payment.paid_amount AS numeric(19,2))) AS found
  FROM payments AS payment
  JOIN invoice_references AS reference
    ON reference.invoice_number = payment.invoice_number
   AND reference.status_code IN ('ACTIVE', 'COMPLETED')
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
   AND invoice.payment_method_code = 'INTERNAL'
   AND invoice.routing_slip IS NOT NULL
 WHERE (CAST(:since AS timestamp) IS NULL OR payment.payment_date >= :since)
   AND payment.payment_method_code = 'INTERNAL'
   AND (invoice.invoice_status_code = 'PAID'
        AND (payment.payment_status_code <> 'COMPLETED'
             OR CAST(payment.paid_amount AS numeric(19,2)) <> invoice.total
             OR (CAST(payment.payment_date AS date) NOT BETWEEN CAST(invoice.payment_date AS date) - 1
                                                            AND CAST(invoice.payment_date AS date) + 1
                 AND NOT EXISTS (SELECT FROM invoices AS fee
                                  WHERE fee.routing_slip = invoice.routing_slip
                                    AND fee.corp_type_code = 'BCR'
                                    AND CAST(payment.payment_date AS date) BETWEEN CAST(invoice.created_on AS date)
                                                                               AND CAST(fee.created_on AS date) + 1)))
        AND NOT EXISTS (SELECT FROM payments AS other
                         WHERE other.invoice_number = payment.invoice_number
                           AND other.payment_method_code = 'INTERNAL'
                           AND other.payment_status_code = 'COMPLETED'
                           AND other.id <> payment.id))
