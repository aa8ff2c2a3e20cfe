-- Note what became of a partial credit in progress.
-- in     id, from_states text[], state, memo, remaining (null: as they are), why, run_id
-- out    one row if it was in one of the states
-- again  gives no row
UPDATE pay_jobs.partial_credits
   SET state      = :state,
       memo       = coalesce(:memo, memo),
       remaining  = coalesce(:remaining, remaining),
       why        = coalesce(:why, why),
       run_id     = coalesce(:run_id, run_id),
       changed_on = clock_timestamp()
 WHERE id = :id
   AND state = ANY (:from_states)
RETURNING id
