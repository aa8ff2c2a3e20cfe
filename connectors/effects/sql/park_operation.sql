-- Park the open operation on a subject, or one that was only about to begin: it needs a decision.
-- in     kind, subject, plan jsonb, amount, command, why, reason, run_id
-- out    nothing
-- again  the same row, with the newer account; its plan stays
INSERT INTO pay_jobs.operations AS operation (kind, subject, state, plan, amount, command, why, reason, run_id)
VALUES (:kind, :subject, 'refused', CAST(:plan AS jsonb), :amount, :command, :why, :reason, :run_id)
    ON CONFLICT (subject) WHERE state NOT IN ('done', 'dropped')
    DO UPDATE
   SET state      = 'refused',
       why        = excluded.why,
       run_id     = coalesce(excluded.run_id, operation.run_id),
       changed_on = clock_timestamp()
