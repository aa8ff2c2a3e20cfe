-- Find the batches that an ACK names.
-- in     names text[], numbers bigint[]
-- out    id
-- again  reads only
SELECT id FROM ejv_files WHERE file_ref = ANY (:names) OR id = ANY (:numbers)
 UNION
SELECT CAST(plan ->> 'batch' AS integer)
  FROM pay_jobs.operations
 WHERE kind = 'resubmission'
   AND plan ->> 'new_name' = ANY (:names)
