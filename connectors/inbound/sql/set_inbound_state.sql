-- Change the state of a file.
-- in     id bigint, state text, reason text or null, run_id bigint or null, applied_on timestamptz or null,
--        details jsonb
-- out    the row
UPDATE pay_jobs.inbound_files
   SET state      = :state,
       reason     = :reason,
       run_id     = coalesce(:run_id, run_id),
       applied_on = coalesce(:applied_on, applied_on),
       details    = details || CAST(:details AS jsonb)
 WHERE id = :id
RETURNING *
