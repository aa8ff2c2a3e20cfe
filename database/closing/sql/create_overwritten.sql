-- The payments that our jobs or a bounce overwrote since the first of these days, each as it was when they began; and those
-- that the EFT job deleted with their receipts.
-- in     since (naive UTC)
-- out    temporary table closing_overwritten, in the columns and types of payments: PostgreSQL looks either up by index
CREATE TEMPORARY TABLE closing_overwritten ON COMMIT DROP AS
(
       SELECT DISTINCT ON (kept.row_id)
              CAST(kept.row_id AS integer) AS id, was.invoice_number, was.receipt_number, was.payment_date, was.payment_method_code,
              was.paid_amount
         FROM (SELECT row_id, was, kept_on AS at
                 FROM pay_jobs.kept_rows
                WHERE pay_table = 'payments'
                  AND kept_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
                UNION ALL
               SELECT kept.row_id, kept.was, coalesce(retried.at AT TIME ZONE 'UTC', file.applied_on)
                 FROM pay_jobs.bounce_rows AS kept
                 JOIN pay_jobs.inbound_files AS file
                   ON file.id = kept.file_id
                 LEFT JOIN closing_retried AS retried
                   ON retried.file_id = kept.file_id
                  AND retried.line = kept.line
                  AND retried.is_last
                WHERE (retried.at >= :since OR file.applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC')
                  AND kept.pay_table = 'payments'
                  AND kept.was IS NOT NULL
                  AND kept.undone_on IS NULL) AS kept
        CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS payments), kept.was) AS was
        ORDER BY kept.row_id, kept.at, was.payment_status_code = 'FAILED'
)
 UNION ALL
SELECT CAST(gone.id AS integer), reference.invoice_number, gone.receipt_number, gone.receipt_date, 'EFT', gone.amount
  FROM closing_gone AS gone
  JOIN invoice_references AS reference
    ON reference.invoice_id = gone.invoice_id
 WHERE gone.id < 0
