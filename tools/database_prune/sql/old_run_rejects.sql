-- Choose what runs that may go left to do.
-- in     before timestamptz, limit
-- out    run_id, number, at
-- again  reads only
WITH old AS ({runs})
SELECT reject.run_id, reject.number, old.started_on AS at
  FROM old
  JOIN pay_jobs.run_rejects AS reject
    ON reject.run_id = old.id
 ORDER BY reject.run_id, reject.number
 LIMIT :limit
