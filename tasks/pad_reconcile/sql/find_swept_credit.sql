-- Find the credit that the last sweep of all credits ended with.
-- in     job
-- out    its id; 0 where the sweep came to the end
-- again  reads only
SELECT CAST(progress ->> 'last_credit' AS integer)
  FROM pay_jobs.job_runs
 WHERE job = :job
   AND progress ? 'last_credit'
 ORDER BY id DESC
 LIMIT 1
