-- List the figures of the newest finished reports of a scope, the newest first.
-- in     scope, most
-- out    id, run_id, finished_on, stuck, waiting, stuck_amount, by_method, by_diagnosis (JSON)
-- again  reads only
SELECT id, run_id, finished_on, stuck, waiting, stuck_amount, by_method, by_diagnosis
  FROM pay_jobs.stale_reports
 WHERE scope = :scope
   AND finished_on IS NOT NULL
 ORDER BY id DESC
 LIMIT :most
