-- List the files that came in, the newest first.
-- in     source, state, part (of the name), before (number): null for any; limit
-- out    whole rows
-- again  reads only
SELECT *
  FROM pay_jobs.inbound_files
 WHERE (CAST(:source AS text) IS NULL OR source = :source)
   AND (CAST(:state AS text) IS NULL OR state = :state)
   AND (CAST(:part AS text) IS NULL OR position(lower(:part) IN lower(name)) > 0)
   AND (CAST(:before AS bigint) IS NULL OR id < :before)
 ORDER BY id DESC
 LIMIT :limit
