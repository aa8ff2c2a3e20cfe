-- Tie a run to the claim it was started for.
-- in     id, attempt, run_id
-- out    its id; nothing where the attempt no longer stands
-- again  finds the claim confirmed
UPDATE pay_jobs.scheduled_runs
   SET run_id = :run_id
 WHERE id = :id
   AND attempt = :attempt
   AND state = 'begun'
   AND run_id IS NULL
RETURNING id
