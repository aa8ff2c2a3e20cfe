-- List the resubmissions of a batch of one business day.
-- in     batch, day
-- out    new_name
-- again  reads only
SELECT plan ->> 'new_name' AS new_name
  FROM pay_jobs.operations
 WHERE subject = 'batch ' || :batch
   AND kind = 'resubmission'
   AND state <> 'dropped'
   AND plan ->> 'business_day' = CAST(CAST(:day AS date) AS text)
