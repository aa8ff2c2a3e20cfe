-- Begin an operation on a slip, or continue the one in progress under a new plan.
-- in     slip, kind, plan jsonb, reason, run_id
-- out    id
-- again  the same row, with the newer plan
INSERT INTO pay_jobs.slip_operations AS operation (slip, kind, state, plan, reason, run_id)
VALUES (:slip, :kind, 'running', CAST(:plan AS jsonb), :reason, :run_id)
    ON CONFLICT (slip) WHERE state IN ('planned', 'running', 'parked')
    DO UPDATE
   SET state      = 'running',
       plan       = excluded.plan,
       why        = NULL,
       run_id     = excluded.run_id,
       changed_on = clock_timestamp()
 WHERE operation.kind = excluded.kind
RETURNING operation.id
