-- Write down what became of a step that was sent.
-- in     operation_id, kind, subject, state, answer jsonb
-- out    nothing
-- again  the same
-- wait   not for the disk: what a crash of the server takes is looked up in CFS again
SET LOCAL synchronous_commit = off;
UPDATE pay_jobs.slip_steps
   SET state       = :state,
       answer      = CAST(:answer AS jsonb),
       answered_on = clock_timestamp()
 WHERE operation_id = :operation_id
   AND kind = :kind
   AND subject = :subject
