-- Register a batch of a feedback file.
-- in     file_id, ordinal, batch_type, batch_number, first_line, last_line, state, reason, run_id
-- out    nothing
-- again  a batch that is registered stays as it is
INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line, state, reason,
                                       run_id)
VALUES (:file_id, :ordinal, :batch_type, :batch_number, :first_line, :last_line, :state, :reason, :run_id)
    ON CONFLICT (file_id, ordinal) DO NOTHING
