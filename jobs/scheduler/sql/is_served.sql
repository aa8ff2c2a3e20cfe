-- Say whether a run of the same command has begun since an instant and ended well.
-- in     job, command; every: a run of the scheduler does not count; instant
-- out    one boolean
-- again  reads only
SELECT EXISTS (
       SELECT
         FROM pay_jobs.job_runs
        WHERE job = :job
          AND command = :command
          AND shard_count = 1
          AND NOT (:every AND triggered_by = 'scheduler')
          AND status IN ('done', 'attention')
          AND started_on >= :instant)
