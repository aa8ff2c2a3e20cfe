-- Write down what is about to be sent.
-- in     operation_id, kind, subject, number, request jsonb, found, run_id
-- out    attempts, this one included
-- again  one attempt more on the same row
INSERT INTO pay_jobs.slip_steps AS step (
       operation_id, kind, subject, number, state, request, found, attempts, run_id, intended_on)
VALUES (:operation_id, :kind, :subject, :number, 'intended', CAST(:request AS jsonb), :found, 1, :run_id,
       clock_timestamp())
    ON CONFLICT (operation_id, kind, subject) DO UPDATE
   SET number      = excluded.number,
       state       = 'intended',
       request     = excluded.request,
       found       = excluded.found,
       answer      = NULL,
       attempts    = step.attempts + 1,
       run_id      = excluded.run_id,
       intended_on = excluded.intended_on,
       answered_on = NULL
RETURNING step.attempts
