-- List every name of feedback that was taken in or indexed, in the directory, the backup directory or the bucket.
-- in     nothing
-- out    archived_as: the name, NULL for one that was not moved
-- again  reads only
SELECT archived_as FROM pay_jobs.inbound_files WHERE source = 'CGI'
 UNION
SELECT repeat ->> 'archived_as' FROM pay_jobs.inbound_files, jsonb_array_elements(details -> 'repeats') AS repeat
 WHERE source = 'CGI'
 UNION
SELECT name FROM pay_jobs.inbound_files WHERE source = 'CGI'
 UNION
SELECT name FROM pay_jobs.cgi_files WHERE kind = 'feedback'
