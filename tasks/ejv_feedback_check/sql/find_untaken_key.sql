-- Find an indexed feedback file whose content was never taken in.
-- in     name text
-- out    object_key, one row or none
-- again  reads only
SELECT file.object_key
  FROM pay_jobs.cgi_files AS file
 WHERE file.name = :name
   AND file.kind = 'feedback'
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS known
                    WHERE known.source = 'CGI'
                      AND (   known.object_key = file.object_key
                           OR known.sha256 = file.sha256
                           OR file.sha256 IS NULL AND known.name = file.name))
 ORDER BY file.id
 LIMIT 1
