-- Take an instant for another attempt.
-- in     id, attempt and run_id as they were seen; owner, key (of the owner)
-- out    the claim; nothing where somebody else has taken it
-- again  finds another attempt
UPDATE pay_jobs.scheduled_runs
   SET attempt = attempt + 1,
       run_id = NULL,
       owner = :owner,
       owner_key = :key
 WHERE id = :id
   AND attempt = :attempt
   AND state = 'begun'
   AND run_id IS NOT DISTINCT FROM :run_id
RETURNING id, job, scheduled_for, attempt, run_id
