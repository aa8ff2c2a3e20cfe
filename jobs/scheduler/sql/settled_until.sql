-- Find up to when an entry's instants are settled: by a claim, or by a run of the same command.
-- in     entry; the job that it runs, and its command; every: each instant counts by itself, so a run of the scheduler settles none but its own
-- out    one value, null where nothing is settled
-- again  reads only
SELECT greatest(
       (SELECT max(scheduled_for) FROM pay_jobs.scheduled_runs WHERE job = :entry),
       (SELECT max(started_on)
          FROM pay_jobs.job_runs
         WHERE job = :job
           AND command = :command
           AND shard_count = 1
           AND NOT (:every AND triggered_by = 'scheduler')
           AND status IN ('running', 'done', 'attention')))
