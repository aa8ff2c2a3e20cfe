-- Turn the completed payment of a bounced number into a failed one, or write a failed one; take another receipt that bounced
-- from what failed before: none keeps more. One payment of a number is FAILED, by PAD where there is one and of the latest
-- day that one failed, and the others that bounced are DELETED. Keep them as they were.
-- in     -
-- out    the number of payments
-- again  a bounce that was applied before resolved to already_applied
-- source docs/specs/cas-settlement-csv.md section 6 and section 8 step 12; what a bounce in part leaves paid is the
--        amount of the failed payment
--
-- Whatever method the number was paid by, save by card: a card payment does not come back with a PAD file.
WITH bounced AS (
       SELECT wave_rows.file_id, wave_rows.line, rule, target_number, source_number, application_date,
              wave_rows.payment_account_id, original_amount, <<wave_rows.left_paid>> AS paid_amount,
              known.id AS payment_id
         FROM wave_rows
         LEFT JOIN LATERAL (
                SELECT payment.id
                  FROM payments AS payment
                 WHERE payment.invoice_number = wave_rows.target_number
                   AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
                   AND (payment.payment_status_code = 'COMPLETED'
                        AND (rule <> 'another_receipt' OR payment.receipt_number = wave_rows.source_number)
                        OR payment.payment_status_code = 'FAILED'
                        AND rule = 'another_receipt')
                 ORDER BY (payment.receipt_number = wave_rows.source_number) DESC NULLS LAST,
                          payment.payment_status_code = 'COMPLETED' DESC,
                          payment.payment_method_code = 'PAD' DESC,
                          payment.id DESC
                 LIMIT 1
              ) AS known ON true
        WHERE outcome = 'applied'
          AND kind = 'BOUNCE'
     ),
     failing AS (
       SELECT bounced.*,
              payment.id,
              payment.id = bounced.payment_id AS is_own,
              max(payment.payment_date) FILTER (WHERE payment.payment_status_code = 'FAILED')
                OVER (PARTITION BY bounced.target_number) AS failed_on,
              min(payment.paid_amount) FILTER (WHERE payment.payment_status_code = 'FAILED')
                OVER (PARTITION BY bounced.target_number) AS kept,
              row_number() OVER (PARTITION BY bounced.target_number
                                 ORDER BY payment.payment_method_code = 'PAD' DESC,
                                          payment.id = bounced.payment_id DESC,
                                          payment.id DESC) AS nth,
              to_jsonb(payment) AS was
         FROM bounced
         JOIN payments AS payment
           ON payment.invoice_number = bounced.target_number
          AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
          AND (payment.payment_status_code = 'FAILED' OR payment.id = bounced.payment_id)
     ),
     turned AS (
       UPDATE payments AS payment
          SET payment_status_code = CASE WHEN nth = 1 THEN 'FAILED' ELSE 'DELETED' END,
              paid_amount = least(failing.paid_amount, CASE WHEN rule <> '' THEN kept END),
              payment_date = CASE WHEN nth = 1 THEN greatest(application_date, failed_on)
                                  WHEN is_own THEN application_date
                                  ELSE payment.payment_date END,
              receipt_number = CASE WHEN is_own THEN source_number ELSE payment.receipt_number END
         FROM failing
        WHERE payment.id = failing.id
     ),
     made AS (
       INSERT INTO payments (
              payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date, invoice_number,
              payment_account_id, invoice_amount, receipt_number, created_by, is_routing_slip)
       SELECT 'PAYBC', 'PAD', 'FAILED', paid_amount, application_date, target_number,
              payment_account_id, original_amount, source_number, 'SYSTEM', false
         FROM bounced
        WHERE payment_id IS NULL
        ORDER BY line
    RETURNING id, invoice_number
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT file_id, line, 'payments', id, was
  FROM failing
 UNION ALL
SELECT bounced.file_id, bounced.line, 'payments', made.id, NULL
  FROM bounced
  JOIN made
    ON made.invoice_number = bounced.target_number
