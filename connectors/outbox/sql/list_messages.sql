-- List messages, with the earlier message of their key that holds each back.
-- in     ids    bigint[] or null for all
--        states text[] or null for all
--        number integer or null for all: how many of the newest
-- out    one row a message, the newest first
-- again  reads only
SELECT message.id,
       message.state,
       message.channel,
       message.kind,
       message.ordering_key,
       message.idempotency_key,
       message.created_on,
       message.run_id,
       message.attempts,
       message.begun_on,
       message.next_attempt_on,
       message.delivered_on,
       message.last_error,
       message.reason,
       message.payload,
       message.answer,
       (
           SELECT min(earlier.id)
             FROM pay_jobs.outbox AS earlier
            WHERE message.state IN ('pending', 'dead')
              AND earlier.ordering_key = message.ordering_key
              AND earlier.id < message.id
              AND earlier.state IN ('pending', 'dead')
       ) AS blocked_by
  FROM pay_jobs.outbox AS message
 WHERE (CAST(:ids AS bigint[]) IS NULL OR message.id = ANY (CAST(:ids AS bigint[])))
   AND (CAST(:states AS text[]) IS NULL OR message.state = ANY (CAST(:states AS text[])))
 ORDER BY message.id DESC
 LIMIT CAST(:number AS integer)
