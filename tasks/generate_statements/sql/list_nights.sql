-- List how the nightly runs ended, the newest first.
-- in     run_id bigint or null: this run
-- out    started_on, counts
-- again  reads only
SELECT started_on, counts
  FROM pay_jobs.job_runs
 WHERE job = 'GENERATE_STATEMENTS'
   AND command = 'GENERATE_STATEMENTS'
   AND shard_count = 1
   AND status IN ('done', 'attention')
   AND id IS DISTINCT FROM :run_id
 ORDER BY id DESC
 LIMIT 800
