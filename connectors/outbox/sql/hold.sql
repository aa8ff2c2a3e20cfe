-- Hold a message that was claimed while it is sent.
-- in     id       bigint
--        attempts integer, the number of the attempt that was begun
-- out    one row; none if another deliverer has it, or if a person dropped it
-- again  the row lock ends with the transaction
SELECT id
  FROM pay_jobs.outbox
 WHERE id = :id
   AND state = 'pending'
   AND attempts = :attempts
   FOR UPDATE SKIP LOCKED
