-- Find the accounts of routing slips that were closed or frozen lately while no run of ours was at work.
-- in     since timestamp (naive UTC)
-- out    one row: number, at, newest
SELECT count(*) AS number,
       max(before.changed) AS at,
       NULL AS newest
  FROM cfs_accounts_history AS before
  JOIN cfs_accounts AS account
    ON account.id = before.id
 WHERE before.changed >= :since
   AND before.status = 'ACTIVE'
   AND account.status IN ('INACTIVE', 'FREEZE')
   AND account.version = before.version + 1
   AND account.payment_method = 'INTERNAL'
   AND NOT EXISTS (SELECT FROM pay_jobs.job_runs AS run
                    WHERE coalesce(run.lock_name, run.job) = 'ROUTING_SLIP_RECREATE'
                      AND before.changed AT TIME ZONE 'UTC'
                          BETWEEN run.started_on AND coalesce(run.finished_on, now()))
