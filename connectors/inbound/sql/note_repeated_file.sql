-- Note that a file came again with the same name and content; one that failed is tried again.
-- in     id bigint, note jsonb: a list of one object
-- out    the row
UPDATE pay_jobs.inbound_files
   SET details = jsonb_set(details, '{repeats}', coalesce(details -> 'repeats', '[]') || CAST(:note AS jsonb)),
       state   = CASE state WHEN 'failed' THEN 'received' ELSE state END
 WHERE id = :id
RETURNING *
