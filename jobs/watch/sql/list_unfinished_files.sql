-- List the files that their senders left empty or cut off, the first seen first.
-- in     polls and patience: seen at least so often, over at least so long; limit
-- out    source, name, reason, first_seen, size_bytes (null where the server does not say)
-- again  reads only
SELECT source, name, reason, first_seen, CASE WHEN size_bytes >= 0 THEN size_bytes END AS size_bytes
  FROM pay_jobs.unfinished_files
 WHERE polls >= :polls
   AND last_seen - first_seen >= :patience
 ORDER BY first_seen, name
 LIMIT :limit
