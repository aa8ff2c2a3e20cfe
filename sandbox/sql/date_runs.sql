-- Give the runs that are new in the ledger, and their operations, the times of the world's clock; both go by the
-- database's.
-- in     last (the newest run that has its times), began, ended
-- out    one row: the newest run, null where none is new
-- again  changes nothing
WITH dated AS (
       UPDATE pay_jobs.job_runs
          SET started_on = :began,
              finished_on = CASE WHEN finished_on IS NOT NULL THEN CAST(:ended AS timestamptz) END
        WHERE id > :last
    RETURNING id
     ), dated_operations AS (
       UPDATE pay_jobs.operations
          SET changed_on = :ended,
              finished_on = CASE WHEN finished_on IS NOT NULL THEN CAST(:ended AS timestamptz) END
        WHERE run_id > :last
     )
SELECT max(id)
  FROM dated
