-- List the resubmissions of a batch that CGI may still run.
-- in     batch, day: the current business day
-- out    new_name
-- again  reads only
SELECT plan ->> 'new_name' AS new_name
  FROM pay_jobs.operations
 WHERE subject = 'batch ' || :batch
   AND kind = 'resubmission'
   AND state <> 'dropped'
   AND (state <> 'done' OR plan ->> 'business_day' = CAST(CAST(:day AS date) AS text))
