-- Note that a file was moved to the backup directory; it may be applied from now on.
-- in     id bigint, archived_on timestamptz, reason text or null, details jsonb
-- out    the row
-- again  the first time stays
UPDATE pay_jobs.inbound_files
   SET state       = CASE state WHEN 'stored' THEN 'received' ELSE state END,
       archived_on = coalesce(archived_on, :archived_on),
       reason      = coalesce(reason, :reason),
       details     = details || CAST(:details AS jsonb)
 WHERE id = :id
RETURNING *
