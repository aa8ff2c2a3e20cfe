-- Note what became of a batch of feedback.
-- in     id, state, reason, run_id, now, counts jsonb
-- out    nothing
-- again  writes the same
UPDATE pay_jobs.feedback_batches
   SET state      = :state,
       reason     = :reason,
       run_id     = coalesce(:run_id, run_id),
       applied_on = CASE WHEN :state = 'held' THEN NULL ELSE CAST(:now AS timestamptz) END,
       counts     = CAST(:counts AS jsonb)
 WHERE id = :id
