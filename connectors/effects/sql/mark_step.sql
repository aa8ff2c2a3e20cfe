-- Mark a step that is true outside already and is not sent.
-- in     operation_id, kind, subject, number, request jsonb, found, run_id
-- out    nothing
-- again  a step whose answer is known stays so
WITH step AS (
       INSERT INTO pay_jobs.operation_steps AS known (
              operation_id, kind, subject, number, state, request, found, run_id, answered_on)
       VALUES (:operation_id, :kind, :subject, :number, 'answered', CAST(:request AS jsonb), :found, :run_id,
              clock_timestamp())
           ON CONFLICT (operation_id, kind, subject) DO UPDATE
          SET number      = excluded.number,
              state       = 'answered',
              found       = excluded.found,
              run_id      = excluded.run_id,
              answered_on = excluded.answered_on
        WHERE known.state <> 'answered'
       RETURNING known.operation_id
     )
UPDATE pay_jobs.operations AS operation
   SET state      = 'answered',
       changed_on = clock_timestamp()
  FROM step
 WHERE operation.id = step.operation_id
   AND operation.state IN ('planned', 'sent', 'lost')
