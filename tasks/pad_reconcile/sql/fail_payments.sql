-- Turn the completed payment of a bounced number into a failed one, or write a failed one.
-- in     -
-- out    the number of rows written anew
-- again  a number with a failed payment resolved to already_applied
-- source docs/specs/cas-settlement-csv.md section 6 and section 8 step 12; what a bounce in part leaves paid is the
--        amount of the failed payment
--
-- Whatever method the number was paid by, save by card: a card payment does not come back with a PAD file.
WITH bounced AS (
       SELECT target_number, source_number, application_date, payment_account_id, original_amount,
              CASE WHEN lower(status) = 'partially paid' THEN greatest(original_amount - outstanding_amount, 0)
                   ELSE 0.00 END AS paid_amount
         FROM wave_rows
        WHERE outcome = 'applied'
          AND kind = 'BOUNCE'
     ),
     turned AS (
       UPDATE payments AS payment
          SET payment_status_code = 'FAILED',
              paid_amount = bounced.paid_amount,
              payment_date = bounced.application_date,
              receipt_number = bounced.source_number
         FROM bounced
        WHERE payment.id = (
                SELECT known.id
                  FROM payments AS known
                 WHERE known.invoice_number = bounced.target_number
                   AND known.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
                   AND known.payment_status_code = 'COMPLETED'
                 ORDER BY (known.receipt_number = bounced.source_number) DESC NULLS LAST,
                          known.payment_method_code = 'PAD' DESC,
                          known.id DESC
                 LIMIT 1)
    RETURNING payment.invoice_number
     )
INSERT INTO payments (
       payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date, invoice_number,
       payment_account_id, invoice_amount, receipt_number, created_by, is_routing_slip)
SELECT 'PAYBC', 'PAD', 'FAILED', bounced.paid_amount, bounced.application_date, bounced.target_number,
       bounced.payment_account_id, bounced.original_amount, bounced.source_number, 'SYSTEM', false
  FROM bounced
 WHERE NOT EXISTS (SELECT FROM turned WHERE turned.invoice_number = bounced.target_number)
