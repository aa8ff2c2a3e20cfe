-- Put a file aside that was taken before its sender had written all of it, unless it was applied.
-- in     id bigint, state text, reason text
-- out    nothing
UPDATE pay_jobs.inbound_files
   SET state   = :state,
       reason  = :reason,
       details = details || jsonb_build_object('hold', 'changed')
 WHERE id      = :id
   AND state IN ('stored', 'received', 'held', 'failed')
