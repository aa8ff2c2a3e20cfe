-- Find the newest unfinished comparison of a scope.
-- in     scope; since: not begun before
-- out    at most one row
-- again  reads only
SELECT id, since, until, stage, position, compared, unanswered, sample
  FROM pay_jobs.cfs_comparisons
 WHERE scope = :scope
   AND finished_on IS NULL
   AND begun_on > :since
 ORDER BY id DESC
 LIMIT 1
