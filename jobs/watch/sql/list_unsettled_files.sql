-- List the files that wait for a person, the newest first.
-- in     limit
-- out    id, source, name, state, reason, and how many there are
-- again  reads only
SELECT id, source, name, state, coalesce(reason, '') AS reason, count(*) OVER () AS number
  FROM pay_jobs.inbound_files
 WHERE state IN ('held', 'failed')
 ORDER BY id DESC
 LIMIT :limit
