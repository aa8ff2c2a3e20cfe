-- List when each command last ended well, for all accounts.
-- in     commands text[]
-- out    command, finished_on; nothing of a command that never did
-- again  reads only
SELECT command,
       max(finished_on) AS finished_on
  FROM pay_jobs.job_runs
 WHERE command = ANY (CAST(:commands AS text[]))
   AND shard_count = 1
   AND exit_code = 0
 GROUP BY command
