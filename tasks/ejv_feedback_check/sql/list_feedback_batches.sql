-- List the batches of a feedback file, in its order.
-- in     file_id
-- out    id, state, reason, batch_type, number, first_line, last_line
-- again  reads only
SELECT id, state, reason, batch_type, batch_number AS number, first_line, last_line
  FROM pay_jobs.feedback_batches
 WHERE file_id = :file_id
 ORDER BY ordinal
