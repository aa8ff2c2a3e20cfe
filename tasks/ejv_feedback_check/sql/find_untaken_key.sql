-- Find an indexed feedback file whose content was never taken in.
-- in     name text
-- out    object_key, one row or none
-- again  reads only
SELECT file.object_key
  FROM pay_jobs.cgi_files AS file
 WHERE file.name = :name
   AND file.kind = 'feedback'
   AND NOT EXISTS <<file.states_taken_in>>
 ORDER BY file.id
 LIMIT 1
