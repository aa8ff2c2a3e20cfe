-- Write an operation down before anything of it is sent, or continue the open one of its kind under a newer plan.
-- in     kind, subject, plan jsonb, amount, command, why, reason, run_id
-- out    id; no row where an operation of another kind is open on the subject
-- again  the same row, with the newer plan; one that was refused is tried again
INSERT INTO pay_jobs.operations AS operation (kind, subject, state, plan, amount, command, why, reason, run_id)
VALUES (:kind, :subject, 'planned', CAST(:plan AS jsonb), :amount, :command, :why, :reason, :run_id)
    ON CONFLICT (subject) WHERE state NOT IN ('done', 'dropped')
    DO UPDATE
   SET state      = CASE
                        WHEN operation.state <> 'refused' THEN operation.state
                        WHEN EXISTS (SELECT 1
                                       FROM pay_jobs.operation_steps AS step
                                      WHERE step.operation_id = operation.id
                                        AND step.attempts > 0) THEN 'sent'
                        ELSE 'planned'
                    END,
       plan       = excluded.plan,
       amount     = excluded.amount,
       command    = excluded.command,
       why        = excluded.why,
       reason     = coalesce(operation.reason, excluded.reason),
       run_id     = excluded.run_id,
       changed_on = clock_timestamp()
 WHERE operation.kind = excluded.kind
RETURNING operation.id
