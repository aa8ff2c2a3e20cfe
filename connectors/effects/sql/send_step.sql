-- Write down what is about to be sent.
-- in     operation_id, kind, subject, number, request jsonb, found, run_id
-- out    attempts, this one included; no row where the operation is no longer this run's
-- again  one attempt more on the same row
WITH step AS (
       INSERT INTO pay_jobs.operation_steps AS known (
              operation_id, kind, subject, number, state, request, found, attempts, run_id, sent_on)
       VALUES (:operation_id, :kind, :subject, :number, 'sent', CAST(:request AS jsonb), :found, 1, :run_id,
              clock_timestamp())
           ON CONFLICT (operation_id, kind, subject) DO UPDATE
          SET number      = excluded.number,
              state       = 'sent',
              request     = excluded.request,
              found       = excluded.found,
              answer      = NULL,
              attempts    = known.attempts + 1,
              run_id      = excluded.run_id,
              sent_on     = excluded.sent_on,
              answered_on = NULL
       RETURNING known.attempts
     )
UPDATE pay_jobs.operations AS operation
   SET state      = 'sent',
       changed_on = clock_timestamp()
  FROM step
 WHERE operation.id = :operation_id
   AND operation.state IN ('planned', 'sent', 'answered', 'lost')
   AND operation.run_id IS NOT DISTINCT FROM CAST(:run_id AS bigint)
RETURNING step.attempts
