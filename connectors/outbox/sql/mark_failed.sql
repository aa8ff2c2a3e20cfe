-- Note that an attempt failed.
-- in     id              bigint, held by this transaction
--        state           'pending' to try again at next_attempt_on, 'dead' to give up
--        next_attempt_on timestamptz or null
--        error           text
-- out    nothing
UPDATE pay_jobs.outbox
   SET state           = :state,
       next_attempt_on = :next_attempt_on,
       last_error      = :error
 WHERE id = :id
