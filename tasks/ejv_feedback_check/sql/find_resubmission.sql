-- Find a resubmission that stands at one of some states.
-- in     id, states text[]
-- out    id; no row where it stands elsewhere
-- again  reads only
SELECT id
  FROM pay_jobs.resubmissions
 WHERE id = :id
   AND state = ANY (CAST(:states AS text[]))
