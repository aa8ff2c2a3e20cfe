-- Say that an operation is over: done, or dropped.
-- in     id, state, why, run_id
-- out    nothing
-- again  the same
UPDATE pay_jobs.slip_operations
   SET state       = :state,
       why         = :why,
       run_id      = coalesce(:run_id, run_id),
       changed_on  = clock_timestamp(),
       finished_on = clock_timestamp()
 WHERE id = :id
   AND state IN ('planned', 'running', 'parked')
