-- Say that an operation is over.
-- in     id, state: done or dropped, why and run_id (null: as they are)
-- out    id; no row where it is over already
-- again  gives no row
UPDATE pay_jobs.operations
   SET state       = :state,
       why         = coalesce(:why, why),
       run_id      = coalesce(:run_id, run_id),
       changed_on  = clock_timestamp(),
       finished_on = clock_timestamp()
 WHERE id = :id
   AND state NOT IN ('done', 'dropped')
RETURNING id
