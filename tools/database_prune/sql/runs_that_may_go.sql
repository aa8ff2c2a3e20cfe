-- Choose old runs that nothing open names: they may go, and their rejects before them.
-- in     before timestamptz
-- out    id, started_on; stands for {runs} in other statements
-- again  reads only
SELECT run.id, run.started_on
  FROM (SELECT one.*, row_number() OVER (PARTITION BY one.job ORDER BY one.id DESC) AS nth,
               one.exit_code = 0 AND one.id = max(one.id) FILTER (WHERE one.exit_code = 0)
                                                OVER (PARTITION BY one.command) AS is_last_success
          FROM pay_jobs.job_runs AS one) AS run
 WHERE run.finished_on < :before
   AND run.nth > 1000
   AND run.is_last_success IS NOT TRUE
   AND NOT EXISTS (SELECT FROM pay_jobs.operations AS operation
                    WHERE operation.run_id = run.id
                      AND operation.state NOT IN ('done', 'dropped'))
   AND NOT EXISTS (SELECT FROM pay_jobs.outbox AS message
                    WHERE message.run_id = run.id
                      AND message.state IN ('pending', 'dead'))
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS file
                    WHERE file.run_id = run.id
                      AND file.state IN ('stored', 'received', 'held', 'failed'))
