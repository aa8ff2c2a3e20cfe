-- List when each command last ended well, for all accounts.
-- in     jobs text[] and commands text[]: the command of each entry of the schedule, and the job that it runs
-- out    command, finished_on; nothing of a command that never did
-- again  reads only
SELECT wanted.command,
       last.finished_on
  FROM unnest(CAST(:jobs AS text[]), CAST(:commands AS text[])) AS wanted (job, command)
 CROSS JOIN LATERAL (
       SELECT run.finished_on
         FROM pay_jobs.job_runs AS run
        WHERE run.job = wanted.job
          AND run.command = wanted.command
          AND run.shard_count = 1
          AND run.exit_code = 0
        ORDER BY run.started_on DESC
        LIMIT 1
       ) AS last
