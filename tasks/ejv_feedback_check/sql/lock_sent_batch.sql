-- Lock a batch.
-- in     batch
-- out    its row, none where there is no such batch
-- again  reads only
SELECT id, file_type, file_ref, disbursement_status_code, message, feedback_file_ref, created_on
  FROM ejv_files
 WHERE id = :batch
   FOR UPDATE
