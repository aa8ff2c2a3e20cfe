-- Find who holds an advisory lock.
-- in     key (63 bits)
-- out    at most one row: process, application, address, since when (naive UTC), run id and pod where it is a run
-- again  reads only
SELECT activity.pid,
       activity.application_name,
       coalesce(host(activity.client_addr), 'local socket'),
       coalesce(run.started_on, activity.backend_start) AT TIME ZONE 'UTC',
       run.id,
       run.pod
  FROM pg_locks AS held
  JOIN pg_stat_activity AS activity USING (pid)
  LEFT JOIN pay_jobs.job_runs AS run
    ON run.status IN ('starting', 'running')
   AND 'pay-jobs run ' || run.id = split_part(activity.application_name, ' of ', 1)
 WHERE held.locktype = 'advisory'
   AND held.granted
   AND held.objsubid = 1
   AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND (held.classid::bigint << 32) | held.objid::bigint = :key
 ORDER BY activity.backend_start
 LIMIT 1
