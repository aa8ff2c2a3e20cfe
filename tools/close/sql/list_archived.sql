-- List the archives that hold rows which were booked in some days: their figures cannot be counted any more.
-- in     since, until (naive UTC)
-- out    object_key, table_name, files (how many of these days have rows in it)
-- again  reads only
WITH bounds AS (
       SELECT CAST(:since AS timestamp) AT TIME ZONE 'UTC' AS since, CAST(:until AS timestamp) AT TIME ZONE 'UTC' AS until
     ),
     booked AS (
       SELECT file.id, 'settlement_rows' AS table_name
         FROM bounds
         JOIN pay_jobs.inbound_files AS file
           ON file.applied_on >= bounds.since
          AND file.applied_on < bounds.until
        UNION
       SELECT kept.row_id, 'settlement_rows'
         FROM bounds
         JOIN pay_jobs.kept_rows AS kept
           ON kept.kept_on >= bounds.since
          AND kept.kept_on < bounds.until
          AND kept.pay_table = 'settlement_rows'
        UNION
       SELECT part.file_id, 'feedback_lines'
         FROM bounds
         JOIN pay_jobs.feedback_batches AS part
           ON part.applied_on >= bounds.since
          AND part.applied_on < bounds.until
        WHERE NOT EXISTS (SELECT FROM pay_jobs.feedback_lines AS line
                           WHERE line.file_id = part.file_id
                             AND line.batch_number = part.batch_number)
     )
SELECT archive.object_key,
       archive.table_name,
       count(DISTINCT file.id) AS files
  FROM booked
  JOIN pay_jobs.inbound_files AS file
    ON file.id = booked.id
 CROSS JOIN LATERAL jsonb_array_elements_text(file.details -> 'archived') AS number
  JOIN pay_jobs.archives AS archive
    ON archive.id = CAST(number AS bigint)
   AND archive.table_name = booked.table_name
 GROUP BY archive.id
 ORDER BY archive.id
