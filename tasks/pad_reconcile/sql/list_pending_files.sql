-- List the applied files that still need a step.
-- in     step
-- out    id
-- again  reads only
SELECT id
  FROM pay_jobs.inbound_files
 WHERE state = 'applied'
   AND details ->> :step = 'pending'
 ORDER BY id
