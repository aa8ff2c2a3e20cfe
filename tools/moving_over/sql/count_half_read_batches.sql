-- Count the batches whose feedback was begun to be read; of AP batches each answer may be one of several.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(batch.id || ' (' || batch.feedback_file_ref || ')' ORDER BY batch.id DESC))[1:5], '{}')
           AS examples
  FROM ejv_files AS batch
 WHERE batch.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
   AND batch.feedback_file_ref IS NOT NULL
   AND batch.file_type IN ('PAYMENT', 'DISBURSEMENT')
