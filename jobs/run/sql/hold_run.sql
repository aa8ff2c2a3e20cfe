-- Keep a run from being marked lost until the transaction ends.
-- in     id
-- out    its id; nothing where it has ended or was marked lost
-- again  changes nothing
SELECT id
  FROM pay_jobs.job_runs
 WHERE id = :id
   AND status IN ('starting', 'running')
   FOR KEY SHARE
