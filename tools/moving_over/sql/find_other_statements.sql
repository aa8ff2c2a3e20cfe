-- Find the statements of the last days on which no run of ours made any; staff make interim ones.
-- in     since_day date
-- out    one row: number, at, newest
SELECT count(*) AS number,
       max(made.created_on) AS at,
       NULL AS newest
  FROM statements AS made
 WHERE made.created_on >= :since_day
   AND NOT made.is_interim_statement
   AND NOT EXISTS (SELECT FROM pay_jobs.job_runs AS run
                    WHERE run.job = 'GENERATE_STATEMENTS'
                      AND made.created_on BETWEEN CAST(run.started_on AS date) - 1
                                              AND CAST(coalesce(run.finished_on, now()) AS date))
