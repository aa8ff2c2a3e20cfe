-- List the longest good run of each day of UTC: no run of a night is cut by its midnight, which is an afternoon here.
-- in     job, command, since
-- out    day, run, seconds
-- again  reads only
SELECT DISTINCT ON (CAST(started_on AT TIME ZONE 'UTC' AS date))
       CAST(started_on AT TIME ZONE 'UTC' AS date) AS day, id AS run,
       CAST(extract(epoch FROM finished_on - started_on) AS numeric(12,1)) AS seconds
  FROM pay_jobs.job_runs
 WHERE job = :job AND command = :command AND shard_count = 1 AND status IN ('done', 'attention')
   AND started_on >= :since
 ORDER BY 1, 3 DESC, 2
