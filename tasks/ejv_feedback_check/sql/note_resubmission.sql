-- Note how far a resubmission is.
-- in     id, state, note, is_done, now
-- out    nothing
-- again  writes the same
UPDATE pay_jobs.resubmissions
   SET state   = :state,
       note    = coalesce(:note, note),
       done_on = CASE WHEN :is_done THEN CAST(:now AS timestamptz) END
 WHERE id = :id
