-- List the resubmissions of a batch of one business day.
-- in     batch, day
-- out    new_name
-- again  reads only
SELECT new_name, begun_on FROM pay_jobs.resubmissions
 WHERE batch_number = :batch AND business_day = :day AND state <> 'given_up'
