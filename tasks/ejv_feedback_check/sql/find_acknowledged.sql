-- Find the batches that an ACK names.
-- in     names text[], numbers bigint[]
-- out    id
-- again  reads only
SELECT id FROM ejv_files WHERE file_ref = ANY (:names) OR id = ANY (:numbers)
 UNION
SELECT batch_number FROM pay_jobs.resubmissions WHERE new_name = ANY (:names)
