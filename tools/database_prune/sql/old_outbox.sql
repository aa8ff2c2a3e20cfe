-- Choose old messages that were delivered or dropped.
-- in     before timestamptz, limit
-- out    id, at
-- again  reads only
SELECT id, coalesce(delivered_on, created_on) AS at
  FROM pay_jobs.outbox
 WHERE state IN ('delivered', 'dropped')
   AND created_on < :before
   AND coalesce(delivered_on, created_on) < :before
 ORDER BY id
 LIMIT :limit
