-- Take an instant for another attempt.
-- in     id, attempt and run_id as they were seen; owner, key (of the owner); waited: the attempt found the lock
--        taken and is over, so that it does not count where it never held the lock
-- out    the claim; nothing where somebody else has taken it
-- again  finds another attempt
UPDATE pay_jobs.scheduled_runs
   SET attempt = attempt + CASE WHEN :waited AND run_id IS NULL THEN 0 ELSE 1 END,
       run_id = NULL,
       owner = :owner,
       owner_key = :key
 WHERE id = :id
   AND attempt = :attempt
   AND state = 'begun'
   AND run_id IS NOT DISTINCT FROM :run_id
RETURNING id, job, scheduled_for, attempt, run_id
