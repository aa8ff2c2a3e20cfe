-- List the resubmissions of a batch that CGI may still run.
-- in     batch, day: the current business day
-- out    new_name
-- again  reads only
SELECT new_name, begun_on FROM pay_jobs.resubmissions
 WHERE batch_number = :batch AND state <> 'given_up' AND (state <> 'done' OR business_day = :day)
