-- Read what the journal has about some slips.
-- in     numbers text[]
-- out    one row per operation, oldest first, with the step it is at
-- again  reads only
SELECT operation.id,
       operation.slip,
       operation.kind,
       operation.state,
       operation.plan,
       operation.why,
       EXISTS (
           SELECT 1
             FROM pay_jobs.slip_steps AS step
            WHERE step.operation_id = operation.id
              AND step.attempts > 0
       ) AS sent,
       (
           SELECT step.kind || ' ' || step.subject || ': ' || step.state
             FROM pay_jobs.slip_steps AS step
            WHERE step.operation_id = operation.id
            ORDER BY coalesce(step.answered_on, step.intended_on) DESC, step.number DESC
            LIMIT 1
       ) AS step
  FROM pay_jobs.slip_operations AS operation
 WHERE operation.slip = ANY(:numbers)
 ORDER BY operation.id
