-- List the batches that CGI has not answered, for the absence alarm.
-- in     nothing
-- out    batch, file_ref, since (when it was sent last), the oldest batch first
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 8
SELECT file.id AS batch, file.file_ref,
       coalesce((SELECT max(CAST(coalesce(trigger.answer ->> 'sent_on', again.plan ->> 'begun_on') AS timestamptz))
                   FROM pay_jobs.operations AS again
                   LEFT JOIN pay_jobs.operation_steps AS trigger
                     ON trigger.operation_id = again.id
                    AND trigger.kind = 'send trigger'
                  WHERE again.subject = 'batch ' || file.id
                    AND again.kind = 'resubmission'
                    AND again.state <> 'dropped'),
                file.created_on AT TIME ZONE 'UTC') AS since
  FROM ejv_files AS file
 WHERE file.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
   AND (   file.file_type NOT IN ('PAYMENT', 'DISBURSEMENT')
        OR file.feedback_file_ref IS NULL)
 ORDER BY file.id
