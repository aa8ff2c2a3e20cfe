-- Mark a step that is true in CFS already and is not sent.
-- in     operation_id, kind, subject, number, request jsonb, found, run_id
-- out    nothing
-- again  a step that is known as done stays so
INSERT INTO pay_jobs.slip_steps AS step (
       operation_id, kind, subject, number, state, request, found, run_id, answered_on)
VALUES (:operation_id, :kind, :subject, :number, 'already_true', CAST(:request AS jsonb), :found, :run_id,
       clock_timestamp())
    ON CONFLICT (operation_id, kind, subject) DO UPDATE
   SET number      = excluded.number,
       state       = 'already_true',
       found       = excluded.found,
       run_id      = excluded.run_id,
       answered_on = excluded.answered_on
 WHERE step.state <> 'done'
