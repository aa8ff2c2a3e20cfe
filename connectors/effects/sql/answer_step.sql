-- Write down what became of a step that was sent.
-- in     operation_id, kind, subject, state: answered, lost or refused, answer jsonb
-- out    nothing
-- again  the same
WITH step AS (
       UPDATE pay_jobs.operation_steps
          SET state       = :state,
              answer      = CAST(:answer AS jsonb),
              answered_on = clock_timestamp()
        WHERE operation_id = :operation_id
          AND kind = :kind
          AND subject = :subject
       RETURNING operation_id
     )
UPDATE pay_jobs.operations AS operation
   SET state      = :state,
       changed_on = clock_timestamp()
  FROM step
 WHERE operation.id = step.operation_id
   AND operation.state IN ('sent', 'lost')
