-- List the files whose move to the backup directory was begun and not confirmed.
-- in     source text, remote_directory text
-- out    whole rows
SELECT *
  FROM pay_jobs.inbound_files
 WHERE source           = :source
   AND remote_directory = :remote_directory
   AND archived_as IS NOT NULL
   AND archived_on IS NULL
 ORDER BY id
