-- The settlement rows that were booked in these days: with their file, or when they were tried again.
-- in     since, until (naive UTC)
-- out    temporary table closing_lines; a receipt of a part payment has the application's id as its number
CREATE TEMPORARY TABLE closing_lines ON COMMIT DROP AS
WITH files AS MATERIALIZED (
       SELECT id
         FROM pay_jobs.inbound_files
        WHERE state = 'applied'
          AND applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
          AND applied_on < CAST(:until AS timestamp) AT TIME ZONE 'UTC'
        UNION
       SELECT file.id
         FROM closing_retried AS retried
         JOIN pay_jobs.inbound_files AS file
           ON file.id = retried.file_id
        WHERE file.state = 'applied'
          AND retried.at >= :since
          AND retried.at < :until
     ),
     booked AS (
       SELECT line.*
         FROM files AS file
         JOIN closing_booked AS line
           ON line.file_id = file.id
        UNION ALL
       SELECT was.*, file.name, retried.before
         FROM closing_retried AS retried
         JOIN pay_jobs.inbound_files AS file
           ON file.id = retried.file_id
        CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS pay_jobs.settlement_rows), retried.was) AS was
     )
SELECT file_id, line, name, at, kind, outcome, rule, source_number, application_date, application_id, amount,
       original_amount, outstanding_amount, target_type, target_number, status,
       CASE WHEN record_type IN ('PADP', 'PADR', 'PAYR', 'BOLP', 'EFTP', 'ONAC', 'ONAP', 'CMAP', 'DRWP', 'ADJS', 'EFTR')
            THEN record_type ELSE 'OTHER' END AS record_type,
       <<booked.receipt>> AS receipt_number
  FROM booked
 WHERE at >= :since
   AND at < :until
