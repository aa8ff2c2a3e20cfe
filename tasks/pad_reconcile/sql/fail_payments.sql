-- Turn the completed payment of a bounced number into a failed one, or write a failed one; of those that failed already
-- take another receipt that bounced. Keep them as they were.
-- in     -
-- out    the number of payments
-- again  a bounce that was applied before resolved to already_applied
-- source docs/specs/cas-settlement-csv.md section 6 and section 8 step 12; what a bounce in part leaves paid is the
--        amount of the failed payment
--
-- Whatever method the number was paid by, save by card: a card payment does not come back with a PAD file.
WITH bounced AS (
       SELECT wave_rows.file_id, wave_rows.line, rule, target_number, source_number, application_date,
              wave_rows.payment_account_id, original_amount,
              CASE WHEN lower(status) = 'partially paid' THEN greatest(original_amount - outstanding_amount, 0)
                   ELSE 0.00 END AS paid_amount,
              known.id AS payment_id,
              known.was
         FROM wave_rows
         LEFT JOIN LATERAL (
                SELECT payment.id, to_jsonb(payment) AS was
                  FROM payments AS payment
                 WHERE payment.invoice_number = wave_rows.target_number
                   AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
                   AND CASE WHEN rule <> 'another_receipt' OR payment.receipt_number = wave_rows.source_number
                            THEN payment.payment_status_code = 'COMPLETED'
                            ELSE payment.payment_status_code = 'FAILED' END
                 ORDER BY (payment.receipt_number = wave_rows.source_number) DESC NULLS LAST,
                          payment.payment_method_code = 'PAD' DESC,
                          payment.id DESC
                 LIMIT 1
              ) AS known ON true
        WHERE outcome = 'applied'
          AND kind = 'BOUNCE'
     ),
     turned AS (
       UPDATE payments AS payment
          SET payment_status_code = 'FAILED',
              paid_amount = CASE payment.payment_status_code
                            WHEN 'FAILED' THEN least(payment.paid_amount, bounced.paid_amount)
                            ELSE bounced.paid_amount END,
              payment_date = bounced.application_date,
              receipt_number = bounced.source_number
         FROM bounced
        WHERE payment.id = bounced.payment_id
     ),
     lowered AS (
       UPDATE payments AS payment
          SET paid_amount = bounced.paid_amount
         FROM bounced,
              payments AS old
        WHERE bounced.rule = 'another_receipt'
          AND payment.invoice_number = bounced.target_number
          AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
          AND payment.payment_status_code = 'FAILED'
          AND payment.paid_amount > bounced.paid_amount
          AND payment.id <> bounced.payment_id
          AND old.id = payment.id
    RETURNING bounced.file_id, bounced.line, payment.id, to_jsonb(old) AS was
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
SELECT bounced.file_id, bounced.line, 'payments', coalesce(bounced.payment_id, made.id), bounced.was
  FROM bounced
  LEFT JOIN made
    ON made.invoice_number = bounced.target_number
 UNION ALL
SELECT file_id, line, 'payments', id, was
  FROM lowered
