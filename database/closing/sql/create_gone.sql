-- The receipts that were deleted since the first of these days, as they were: by bounces of a file, and by changes of
-- routing slips; those of bounces that were taken back since; and those of EFT payments that staff took back.
-- in     since (naive UTC)
-- out    temporary table closing_gone; covered, what memos and parts that another service booked had paid of an invoice before
--        a receipt over all of it: that did not come back with it (docs/specs/cas-settlement-csv.md weakness 9); `back` where the
--        bounce was taken back and the receipt is there again. What was gone before is no receipt of these days. Of EFT the
--        links tell what the EFT job deleted: it works at 20:00 what staff linked, or took back, since the evening before
--        (docs/specs/schedules.md); the id is none of receipts
CREATE TEMPORARY TABLE closing_gone ON COMMIT DROP AS
SELECT receipt.id, receipt.invoice_id, receipt.receipt_number, receipt.receipt_date,
       CAST(receipt.receipt_amount AS numeric(19,2)) AS amount,
       CASE WHEN CAST(receipt.receipt_amount AS numeric(19,2)) = invoice.total
            THEN memos.amount + <<receipt.earlier_parts>> ELSE 0.00 END AS covered,
       gone.at, gone.back, gone.pair, gone.origin, 'receipt ' || receipt.id AS key
  FROM (SELECT kept.was,
               coalesce(retried.at, file.applied_on AT TIME ZONE 'UTC') AS at,
               kept.undone_on AT TIME ZONE 'UTC' AS back,
               kept.file_id || ':' || kept.line AS pair,
               file.name || ' line ' || kept.line AS origin
          FROM pay_jobs.bounce_rows AS kept
          JOIN pay_jobs.inbound_files AS file
            ON file.id = kept.file_id
          LEFT JOIN closing_retried AS retried
            ON retried.file_id = kept.file_id
           AND retried.line = kept.line
           AND retried.is_last
         WHERE kept.pay_table = 'receipts'
           AND kept.was IS NOT NULL
           AND kept.file_id IN (SELECT id FROM pay_jobs.inbound_files WHERE applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
                                 UNION
                                SELECT file_id FROM closing_retried WHERE at >= :since
                                 UNION
                                SELECT file_id FROM pay_jobs.bounce_rows
                                 WHERE undone_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC')
         UNION ALL
        SELECT kept.was, kept.kept_on AT TIME ZONE 'UTC', NULL, NULL, kept.cause
          FROM pay_jobs.kept_rows AS kept
         WHERE kept.pay_table = 'receipts'
           AND kept.kept_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC') AS gone
 CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS receipts), gone.was) AS receipt
  JOIN invoices AS invoice
    ON invoice.id = receipt.invoice_id
 CROSS JOIN LATERAL (
        SELECT CAST(coalesce(sum(credit.amount_applied), 0) AS numeric(19,2)) AS amount
          FROM applied_credits AS credit
         WHERE credit.invoice_id = receipt.invoice_id
           AND credit.created_on <= receipt.receipt_date
           AND NOT EXISTS (SELECT FROM receipts AS memo
                            WHERE memo.invoice_id = credit.invoice_id
                              AND memo.receipt_number = credit.cfs_identifier
                              AND memo.id <> receipt.id)
           AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS line
                            WHERE line.target_number = credit.invoice_number
                              AND line.application_id = credit.application_id
                              AND line.source_number = credit.cfs_identifier
                              AND line.outcome = 'applied')) AS memos
 UNION ALL
SELECT -taken.id, taken.invoice_id, taken.receipt_number, paid.at, taken.amount, 0.00, taken.at, NULL, NULL,
       'eft_credit_invoice_links ' || taken.id, 'receipt ' || taken.receipt_number
  FROM (SELECT min(id) AS id, invoice_id, receipt_number, sum(amount) AS amount,
               max(created_on) + interval '4 hours' AS at
          FROM eft_credit_invoice_links
         WHERE status_code = 'REFUNDED'
         GROUP BY invoice_id, receipt_number) AS taken
  JOIN LATERAL (
         SELECT max(link.created_on) + interval '4 hours' AS at
           FROM eft_credit_invoice_links AS link
          WHERE link.invoice_id = taken.invoice_id
            AND link.receipt_number = taken.receipt_number
            AND link.status_code = 'COMPLETED'
       ) AS paid ON paid.at IS NOT NULL
 WHERE taken.at >= :since
   AND NOT EXISTS (SELECT FROM receipts AS receipt
                    WHERE receipt.invoice_id = taken.invoice_id
                      AND receipt.receipt_number = taken.receipt_number)
