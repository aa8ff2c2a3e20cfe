-- List the resubmissions that were begun and not finished, the oldest first.
-- in     nothing
-- out    a row of the journal each
-- again  reads only
SELECT id, batch_number, old_name, new_name, object_key, size_bytes, sha256, business_day, state, reason, run_id
  FROM pay_jobs.resubmissions
 WHERE state NOT IN ('done', 'given_up')
 ORDER BY id
