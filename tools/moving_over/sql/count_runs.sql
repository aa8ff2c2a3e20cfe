-- Count the runs of a job, and of the tools that hold its lock, that began since an instant; dry runs have no row.
-- in     job text, since timestamptz
-- out    one number
SELECT count(*)
  FROM pay_jobs.job_runs AS run
 WHERE coalesce(run.lock_name, run.job) = :job
   AND run.started_on >= :since
