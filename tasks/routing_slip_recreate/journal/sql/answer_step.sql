-- Write down what became of a step that was sent.
-- in     operation_id, kind, subject, state, answer jsonb
-- out    nothing
-- again  the same
UPDATE pay_jobs.slip_steps
   SET state       = :state,
       answer      = CAST(:answer AS jsonb),
       answered_on = clock_timestamp()
 WHERE operation_id = :operation_id
   AND kind = :kind
   AND subject = :subject
