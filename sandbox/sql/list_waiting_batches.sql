-- List the batches that wait for an answer of CGI.
-- out    id, file_type, file_ref, created_on
-- again  reads only
SELECT id, file_type, file_ref, created_on
  FROM ejv_files
 WHERE file_type IN ('PAYMENT', 'REFUND')
   AND disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
 ORDER BY id
