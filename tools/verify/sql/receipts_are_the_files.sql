-- A settlement line that was applied and whose receipts are over another amount, or of another day.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 5.4: number and day of the line, a part payment's under its Application
--        Id; a credit memo's receipts are the memo's applications. What bounced afterwards has none left, and a receipt of
--        the service before us may stand under the same number
WITH recent AS (
       SELECT DISTINCT line.target_number AS number
         FROM pay_jobs.inbound_files AS file
         JOIN pay_jobs.settlement_rows AS line
           ON line.file_id = file.id
        WHERE file.applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
     )
SELECT 'invoice ' || found.invoice_id AS row,
       'explain invoice ' || found.invoice_id AS next,
       found.account_id,
       CAST(found.last_day AS timestamp) AS day,
       format('receipts %s of %s: %s, on %s', found.receipt_number, found.target_number, found.amount,
              CASE found.first_day WHEN found.last_day THEN CAST(found.first_day AS text)
                                   ELSE found.first_day || ' to ' || found.last_day END) AS expected,
       format('%s, on %s', found.received, coalesce(found.days, 'no day')) AS found
  FROM (SELECT paid.*, reference.invoice_id, invoice.payment_account_id AS account_id,
               coalesce(sum(receipt.amount) OVER (PARTITION BY paid.target_number, paid.receipt_number), 0) AS received,
               receipt.days,
               coalesce(receipt.is_undated OR receipt.earliest < paid.first_day OR receipt.latest > paid.last_day, false)
                 AS is_misdated
          FROM (SELECT line.target_number,
                       <<line.receipt>> AS receipt_number,
                       sum(line.amount) AS amount,
                       min(line.application_date) AS first_day,
                       max(line.application_date) AS last_day
                  FROM pay_jobs.settlement_rows AS line
                 WHERE line.outcome = 'applied'
                   AND (line.kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'PART_ONE')
                        OR line.kind = 'SETTLE_CREDIT' AND line.record_type <> 'CMAP')
                   AND line.amount > 0
                   AND (CAST(:since AS timestamp) IS NULL OR line.target_number IN (SELECT number FROM recent))
                 GROUP BY 1, 2) AS paid
          JOIN (SELECT DISTINCT invoice_number, invoice_id FROM invoice_references
                 WHERE CAST(:since AS timestamp) IS NULL
                    OR invoice_number IN (SELECT number FROM recent)) AS reference
            ON reference.invoice_number = paid.target_number
          JOIN invoices AS invoice
            ON invoice.id = reference.invoice_id
          LEFT JOIN (SELECT one.invoice_id, one.receipt_number,
                            sum(CAST(one.receipt_amount AS numeric(19,2))) AS amount,
                            min(CAST(one.receipt_date AS date)) AS earliest,
                            max(CAST(one.receipt_date AS date)) AS latest,
                            bool_or(one.receipt_date IS NULL) AS is_undated,
                            string_agg(DISTINCT coalesce(CAST(CAST(one.receipt_date AS date) AS text), 'no day'), ', ') AS days
                       FROM receipts AS one
                      WHERE CAST(:since AS timestamp) IS NULL
                         OR one.invoice_id IN (SELECT invoice_id FROM invoice_references
                                                WHERE invoice_number IN (SELECT number FROM recent))
                      GROUP BY one.invoice_id, one.receipt_number) AS receipt
            ON receipt.invoice_id = reference.invoice_id
           AND receipt.receipt_number = paid.receipt_number
         WHERE NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS bounce
                            WHERE bounce.target_number = paid.target_number
                              AND bounce.kind = 'BOUNCE'
                              AND bounce.outcome = 'applied'
                              AND bounce.rule <> 'undone'
                              AND (CAST(:since AS timestamp) IS NULL
                                   OR bounce.target_number IN (SELECT number FROM recent)))) AS found
 WHERE found.received <> found.amount
    OR found.is_misdated
