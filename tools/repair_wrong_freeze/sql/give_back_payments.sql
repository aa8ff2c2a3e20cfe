-- Bring the payments of bounces back as they were before the first of them; one that a bounce made is deleted.
-- in     files bigint[], lines integer[]: the bounces, by place
-- out    the number of payments
-- again  a bounce that is taken back is not judged again
WITH kept AS (
       SELECT DISTINCT ON (kept.row_id) kept.row_id, kept.was
         FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
         JOIN pay_jobs.bounce_rows AS kept
           ON kept.file_id = bounce.file_id
          AND kept.line    = bounce.line
          AND kept.pay_table = 'payments'
        ORDER BY kept.row_id, kept.was ->> 'payment_status_code' = 'FAILED' NULLS FIRST, kept.file_id, kept.line
     ),
     unmade AS (
       DELETE FROM payments AS payment
        USING kept
        WHERE payment.id = kept.row_id
          AND kept.was IS NULL
     )
UPDATE payments AS payment
   SET payment_status_code = was.payment_status_code,
       paid_amount         = was.paid_amount,
       payment_date        = was.payment_date,
       receipt_number      = was.receipt_number
  FROM kept
 CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS payments), kept.was) AS was
 WHERE payment.id = kept.row_id
   AND kept.was IS NOT NULL
