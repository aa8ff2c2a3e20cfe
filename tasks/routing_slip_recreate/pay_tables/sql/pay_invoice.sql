-- An invoice is paid from the slip: with its reference and, where it failed before, its payment.
-- in     id, paid, now (naive UTC)
-- out    nothing
-- again  an invoice that was paid keeps its payment date
WITH settled AS (
       UPDATE invoices
          SET invoice_status_code = 'PAID',
              paid                = :paid,
              payment_date        = CASE WHEN invoice_status_code = 'PAID' THEN payment_date ELSE :now END,
              updated_on          = CASE WHEN invoice_status_code = 'PAID' THEN updated_on ELSE :now END,
              updated_by          = CASE WHEN invoice_status_code = 'PAID' THEN updated_by END,
              updated_name        = CASE WHEN invoice_status_code = 'PAID' THEN updated_name END
        WHERE id = :id
    RETURNING id
     ),
     revived AS (
       UPDATE payments
          SET payment_status_code = 'COMPLETED',
              payment_date        = :now
        WHERE payment_status_code = 'FAILED'
          AND payment_method_code = 'INTERNAL'
          AND invoice_number IN (
              SELECT reference.invoice_number
                FROM invoice_references AS reference
                JOIN settled ON settled.id = reference.invoice_id
               WHERE reference.status_code IN ('ACTIVE', 'COMPLETED')
              )
     )
UPDATE invoice_references AS reference
   SET status_code = 'COMPLETED'
  FROM settled
 WHERE reference.invoice_id = settled.id
   AND reference.status_code = 'ACTIVE'
