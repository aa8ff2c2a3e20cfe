-- List the files that were moved out of a directory since an instant, the oldest first; of repeats the last one counts.
-- in     source, remote_directory text, since timestamptz
-- out    whole rows
SELECT *
  FROM pay_jobs.inbound_files
 WHERE source = :source
   AND coalesce(remote_directory, :remote_directory) = :remote_directory
   AND (archived_on >= :since OR CAST(details -> 'repeats' -> -1 ->> 'on' AS timestamptz) >= :since)
 ORDER BY id
