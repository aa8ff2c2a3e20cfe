-- List what a comparison found.
-- in     id
-- out    kind, number, direction, ours, theirs, detail
-- again  reads only
SELECT kind, number, direction, ours, theirs, detail
  FROM pay_jobs.cfs_differences
 WHERE comparison_id = :id
 ORDER BY kind, number, id
