-- Note on an operation what to type next, and why.
-- in     operation_id, command, why
-- out    nothing
-- again  writes the same
UPDATE pay_jobs.operations
   SET command    = :command,
       why        = :why,
       changed_on = clock_timestamp()
 WHERE id = :operation_id
