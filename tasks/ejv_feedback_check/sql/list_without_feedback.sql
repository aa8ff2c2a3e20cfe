-- List the batches that CGI has not answered, for the absence alarm.
-- in     nothing
-- out    batch, file_ref, since (when it was sent last), the oldest batch first
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 8
SELECT file.id AS batch, file.file_ref, <<file.sent_on>> AS since
  FROM ejv_files AS file
 WHERE file.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
   AND (   file.file_type NOT IN ('PAYMENT', 'DISBURSEMENT')
        OR file.feedback_file_ref IS NULL)
 ORDER BY file.id
