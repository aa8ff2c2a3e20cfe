-- When a rejected settlement row was tried again, or one that a bounce had skipped was rejected because that was taken back:
-- it counts on that day, and on the day before as it was.
-- out    temporary table closing_retried: one row an attempt, with when the attempt before it was
CREATE TEMPORARY TABLE closing_retried ON COMMIT DROP AS
SELECT kept.row_id AS file_id,
       CAST(kept.was ->> 'line' AS integer) AS line,
       kept.was,
       kept.kept_on AT TIME ZONE 'UTC' AS at,
       coalesce(lag(kept.kept_on) OVER attempts, file.applied_on) AT TIME ZONE 'UTC' AS before,
       lead(kept.id) OVER attempts IS NULL AS is_last
  FROM pay_jobs.kept_rows AS kept
  JOIN pay_jobs.inbound_files AS file
    ON file.id = kept.row_id
 WHERE kept.pay_table = 'settlement_rows'
WINDOW attempts AS (PARTITION BY kept.row_id, kept.was ->> 'line' ORDER BY kept.id)
