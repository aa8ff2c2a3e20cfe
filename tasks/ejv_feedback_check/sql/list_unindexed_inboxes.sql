-- List the inbox files of batches without an answer that are not indexed, the newest first.
-- in     limit
-- out    file_ref
-- again  reads only
SELECT file_ref
  FROM ejv_files
 WHERE disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
   AND NOT EXISTS (SELECT FROM pay_jobs.cgi_files WHERE name = file_ref)
 ORDER BY id DESC
 LIMIT :limit
