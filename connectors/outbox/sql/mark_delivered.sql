-- Note that a message reached its receiver.
-- in     id     bigint, held by this transaction
--        now    timestamptz
--        answer json
-- out    nothing
UPDATE pay_jobs.outbox
   SET state           = 'delivered',
       delivered_on    = :now,
       next_attempt_on = NULL,
       last_error      = NULL,
       answer          = CAST(:answer AS jsonb)
 WHERE id = :id
