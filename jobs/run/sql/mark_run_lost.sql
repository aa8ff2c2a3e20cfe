-- Mark a run lost, unless it has come to its end meanwhile.
-- in     id
-- out    one row changed, none where it had ended
-- again  a run that is marked stays as it is
--
-- The row is locked first: a transaction of the run that is still open holds it, and is waited for.
WITH held AS (
       SELECT id FROM pay_jobs.job_runs WHERE id = :id AND status IN ('starting', 'running') FOR UPDATE
     )
UPDATE pay_jobs.job_runs AS run
   SET status = 'lost',
       finished_on = clock_timestamp(),
       rejects = (SELECT count(*) FROM pay_jobs.run_rejects WHERE run_id = run.id),
       error = 'The process vanished without a word (killed, evicted, or out of memory).'
  FROM held
 WHERE run.id = held.id
