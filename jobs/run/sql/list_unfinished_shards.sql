-- List the runs of a job that have not ended by their rows.
-- in     job
-- out    id, shard_number, shard_count
-- again  reads only
SELECT id, shard_number, shard_count
  FROM pay_jobs.job_runs
 WHERE job = :job
   AND status IN ('starting', 'running')
