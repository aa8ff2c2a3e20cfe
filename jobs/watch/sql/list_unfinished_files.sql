-- List the files that their senders left empty or cut off, the first seen first.
-- in     polls and patience: seen at least so often, over at least so long; limit
-- out    source, name, reason, first_seen, size_bytes
-- again  reads only
SELECT source, name, reason, first_seen, size_bytes
  FROM pay_jobs.unfinished_files
 WHERE polls >= :polls
   AND last_seen - first_seen >= :patience
 ORDER BY first_seen, name
 LIMIT :limit
