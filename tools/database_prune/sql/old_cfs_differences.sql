-- Choose what old comparisons found.
-- in     before timestamptz, limit
-- out    id, at
-- again  reads only
SELECT difference.id, comparison.begun_on AS at
  FROM pay_jobs.cfs_comparisons AS comparison
  JOIN pay_jobs.cfs_differences AS difference
    ON difference.comparison_id = comparison.id
 WHERE comparison.finished_on < :before
   AND EXISTS (SELECT FROM pay_jobs.cfs_comparisons AS newer
                WHERE newer.scope = comparison.scope
                  AND newer.finished_on IS NOT NULL
                  AND newer.id > comparison.id)
 ORDER BY difference.id
 LIMIT :limit
