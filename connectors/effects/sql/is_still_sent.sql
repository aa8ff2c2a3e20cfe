-- Tell whether a step that was written down is still to be sent by the run that wrote it.
-- in     operation_id, kind, subject, attempts: the number of the attempt that was written down
-- out    one boolean; false where another run took the operation over, closed it, or sent the step itself
-- again  reads only
SELECT EXISTS (
           SELECT 1
             FROM pay_jobs.operation_steps AS step
             JOIN pay_jobs.operations AS operation
               ON operation.id = step.operation_id
              AND operation.state = 'sent'
            WHERE step.operation_id = :operation_id
              AND step.kind = :kind
              AND step.subject = :subject
              AND step.state = 'sent'
              AND step.attempts = :attempts
       )
