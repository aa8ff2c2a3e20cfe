-- Take back what was written down and is not sent, because what was judged has changed.
-- in     operation_id, kind, subject, attempts: the number of the attempt that was written down
-- out    nothing
-- again  an attempt is taken back once
WITH step AS (
       UPDATE pay_jobs.operation_steps
          SET state       = 'refused',
              answer      = '{"reason": "what was judged has changed before anything was sent"}',
              attempts    = attempts - 1,
              answered_on = clock_timestamp()
        WHERE operation_id = :operation_id
          AND kind = :kind
          AND subject = :subject
          AND attempts = :attempts
       RETURNING operation_id
     )
UPDATE pay_jobs.operations AS operation
   SET state      = 'planned',
       changed_on = clock_timestamp()
  FROM step
 WHERE operation.id = step.operation_id
   AND operation.state = 'sent'
