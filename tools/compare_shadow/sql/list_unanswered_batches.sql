-- List the batches that have no answer in the old system.
-- in     since (naive UTC, or null)
-- out    one id a row
-- again  reads only
SELECT id
  FROM ejv_files
 WHERE disbursement_status_code NOT IN ('COMPLETED', 'ERRORED')
   AND created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
