-- Choose old comparisons whose differences are archived.
-- in     before timestamptz, limit
-- out    id, at
-- again  reads only
SELECT comparison.id, comparison.begun_on AS at
  FROM pay_jobs.cfs_comparisons AS comparison
 WHERE comparison.finished_on < :before
   AND EXISTS (SELECT FROM pay_jobs.cfs_comparisons AS newer
                WHERE newer.scope = comparison.scope
                  AND newer.finished_on IS NOT NULL
                  AND newer.id > comparison.id)
   AND NOT EXISTS (SELECT FROM pay_jobs.cfs_differences AS difference WHERE difference.comparison_id = comparison.id)
 ORDER BY comparison.id
 LIMIT :limit
