-- Journal that the inbox file of a batch will be sent again.
-- in     the columns of pay_jobs.resubmissions, now
-- out    the row
-- again  adds a second row: the batch is locked meanwhile
INSERT INTO pay_jobs.resubmissions (batch_number, old_name, new_name, object_key, size_bytes, sha256, business_day,
                                    state, reason, run_id, begun_on)
VALUES (:batch_number, :old_name, :new_name, :object_key, :size_bytes, :sha256, :business_day, :state, :reason,
        :run_id, :now)
RETURNING id, batch_number, old_name, new_name, object_key, size_bytes, sha256, business_day, state, reason, run_id
