-- Write how an attempt ended, if it still stands.
-- in     id, attempt, state, exit_code
-- out    one row changed, none where the attempt was taken over
-- again  changes nothing
UPDATE pay_jobs.scheduled_runs
   SET state = :state,
       exit_code = :exit_code,
       finished_on = clock_timestamp()
 WHERE id = :id
   AND attempt = :attempt
   AND state = 'begun'
