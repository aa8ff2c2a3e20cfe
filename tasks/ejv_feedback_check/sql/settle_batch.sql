-- Write on the batch how it went, and which file answered it.
-- in     batch, is_refused, refusal, name, now (naive UTC)
-- out    nothing
-- again  the first answer stays
UPDATE ejv_files
   SET disbursement_status_code = CASE WHEN :is_refused THEN 'ERRORED' ELSE 'COMPLETED' END,
       feedback_file_ref        = coalesce(feedback_file_ref, :name),
       message                  = coalesce(nullif(:refusal, ''), message),
       completed_on             = :now
 WHERE id = :batch
   AND coalesce(disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
