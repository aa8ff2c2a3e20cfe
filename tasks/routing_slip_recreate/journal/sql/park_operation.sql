-- Park what is in progress on a slip; what was only about to begin is noted as begun.
-- in     slip, kind, why, run_id
-- out    nothing
-- again  the same row, with the newer account
INSERT INTO pay_jobs.slip_operations AS operation (slip, kind, state, plan, why, run_id)
VALUES (:slip, :kind, 'parked', '{}', :why, :run_id)
    ON CONFLICT (slip) WHERE state IN ('planned', 'running', 'parked')
    DO UPDATE
   SET state      = 'parked',
       why        = excluded.why,
       run_id     = coalesce(excluded.run_id, operation.run_id),
       changed_on = clock_timestamp()
