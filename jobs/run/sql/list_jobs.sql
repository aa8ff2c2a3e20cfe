-- List the names of the jobs that ever ran, from one to the next by the index: not one row of each run is read.
-- out    job, in order
-- again  reads only
WITH RECURSIVE name AS (
       SELECT min(job) AS job FROM pay_jobs.job_runs
       UNION ALL
       SELECT (SELECT min(run.job) FROM pay_jobs.job_runs AS run WHERE run.job > name.job)
         FROM name
        WHERE name.job IS NOT NULL
     )
SELECT job
  FROM name
 WHERE job IS NOT NULL
 ORDER BY job
