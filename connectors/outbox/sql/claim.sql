-- Begin an attempt at the next message that may leave, and note that it was begun.
-- in     after    bigint, the id of the message claimed before this one
--        now      timestamptz
--        channels text[], those that can be delivered
--        only_begun boolean, whether one that was never begun stays
-- out    the message, or no row; begun_before is when an earlier attempt was begun
-- again  only the first open message of a key may leave: one that waits or is dead holds back the rest
-- The look at what stands before is a scalar subquery, and the caller turns sorting off for this transaction: on a
-- table that was never analysed the planner would otherwise read the whole outbox for every message (33 ms each).
WITH head AS (
       SELECT message.id,
              message.begun_on
         FROM pay_jobs.outbox AS message
        WHERE message.state = 'pending'
          AND message.id > :after
          AND message.channel = ANY (CAST(:channels AS text[]))
          AND (message.begun_on IS NOT NULL OR NOT :only_begun)
          AND (message.next_attempt_on IS NULL OR message.next_attempt_on <= :now)
          AND (
                SELECT earlier.id
                  FROM pay_jobs.outbox AS earlier
                 WHERE earlier.ordering_key = message.ordering_key
                   AND earlier.id < message.id
                   AND earlier.state IN ('pending', 'dead')
                 ORDER BY earlier.id
                 LIMIT 1
              ) IS NULL
        ORDER BY message.id
        LIMIT 1
          FOR UPDATE OF message SKIP LOCKED
     )
UPDATE pay_jobs.outbox AS message
   SET attempts = message.attempts + 1,
       begun_on = :now
  FROM head
 WHERE message.id = head.id
RETURNING message.id,
          message.created_on,
          message.channel,
          message.kind,
          message.ordering_key,
          message.idempotency_key,
          message.payload,
          message.attempts,
          head.begun_on AS begun_before
