-- List the batches of feedback that are held in files that failed.
-- out    file (its name), state of the file, batch (its number, NULL where it cannot be read), reason
-- again  reads only
SELECT file.name AS file, file.state, batch.batch_number AS batch, batch.reason
  FROM pay_jobs.feedback_batches AS batch
  JOIN pay_jobs.inbound_files AS file
    ON file.id = batch.file_id
 WHERE batch.state = 'held'
   AND file.state = 'failed'
 ORDER BY batch.id DESC
