-- Note when an archived file was last modified, now that its content was compared.
-- in     id bigint, looked jsonb: an object of times by archived name
-- out    nothing
UPDATE pay_jobs.inbound_files
   SET details = jsonb_set(details, '{looked}', coalesce(details -> 'looked', '{}') || CAST(:looked AS jsonb))
 WHERE id = :id
