-- Tell whether a step that was written down is still to be sent by the run that wrote it.
-- in     operation_id, kind, subject, attempts (the number of the attempt that was written down), status and total of
--        the slip when it was judged
-- out    one row; none where another run took the operation over, closed it, or sent the step itself. `is_asked_for`
--        tells whether the slip is still what was judged
-- again  reads only
SELECT EXISTS (
           SELECT 1
             FROM routing_slips AS slip
            WHERE slip.number = operation.slip
              AND slip.status = :status
              AND slip.total = :total
       ) AS is_asked_for
  FROM pay_jobs.slip_steps AS step
  JOIN pay_jobs.slip_operations AS operation
    ON operation.id = step.operation_id
   AND operation.state = 'running'
 WHERE step.operation_id = :operation_id
   AND step.kind = :kind
   AND step.subject = :subject
   AND step.state = 'intended'
   AND step.attempts = :attempts
