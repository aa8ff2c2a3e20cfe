-- Find when a batch was sent last.
-- in     batch
-- out    an instant with time zone
-- again  reads only
SELECT coalesce(max(coalesce(sent.done_on, sent.begun_on)), max(batch.created_on AT TIME ZONE 'UTC'))
  FROM ejv_files AS batch
  LEFT JOIN pay_jobs.resubmissions AS sent ON sent.batch_number = batch.id AND sent.state <> 'given_up'
 WHERE batch.id = :batch
