-- List the figures of the newest finished reports of a scope, the newest first.
-- in     scope, most
-- out    finished_on, stuck, stuck_amount, by_method (JSON)
-- again  reads only
SELECT finished_on, stuck, stuck_amount, by_method
  FROM pay_jobs.stale_reports
 WHERE scope = :scope
   AND finished_on IS NOT NULL
 ORDER BY id DESC
 LIMIT :most
