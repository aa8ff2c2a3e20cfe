-- List the batches of a feedback file, in its order.
-- in     id of the file
-- out    number, kind, state, first_line, last_line, reason
-- again  reads only
SELECT batch_number AS number, batch_type AS kind, state, first_line, last_line, reason
  FROM pay_jobs.feedback_batches
 WHERE file_id = :id
 ORDER BY ordinal
 LIMIT 200
