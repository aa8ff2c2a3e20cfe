-- Count the batches that were sent and have no feedback.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(batch.id || ' (' || batch.file_ref || ')' ORDER BY batch.id DESC))[1:5], '{}') AS examples
  FROM ejv_files AS batch
 WHERE batch.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
   AND batch.feedback_file_ref IS NULL
