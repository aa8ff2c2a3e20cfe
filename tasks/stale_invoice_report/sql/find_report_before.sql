-- Find the newest finished report of a scope.
-- in     scope
-- out    id, finished_on; nothing where there is none
-- again  reads only
SELECT id, finished_on
  FROM pay_jobs.stale_reports
 WHERE scope = :scope
   AND finished_on IS NOT NULL
 ORDER BY id DESC
 LIMIT 1
