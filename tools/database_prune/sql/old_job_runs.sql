-- Choose old runs whose rejects are archived, and that nothing open names.
-- in     before timestamptz, limit
-- out    id, at
-- again  reads only
WITH old AS ({runs})
SELECT old.id, old.started_on AS at
  FROM old
 WHERE NOT EXISTS (SELECT FROM pay_jobs.run_rejects AS reject WHERE reject.run_id = old.id)
 ORDER BY old.id
 LIMIT :limit
