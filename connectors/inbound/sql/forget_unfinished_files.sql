-- Forget the files that are no longer there.
-- in     source, remote_directory text, names text[]: what is there
-- out    nothing
DELETE FROM pay_jobs.unfinished_files
 WHERE source           = :source
   AND remote_directory = :remote_directory
   AND NOT (name = ANY (:names))
