-- Put the files aside that ended in the middle of a line, where a whole one of the same name was applied.
-- in     source, file_name text, reason text
-- out    nothing
UPDATE pay_jobs.inbound_files
   SET state  = 'ignored',
       reason = :reason
 WHERE source = :source
   AND name   = :file_name
   AND state  = 'held'
   AND details @> '{"cut_off": true}'
