-- List the messages that are not delivered and not dropped, with the earlier message of their key that holds them back.
-- out    one row a message, the oldest first; amount in CAD where the payload has one
-- again  reads only
SELECT message.id,
       message.channel,
       message.kind,
       message.ordering_key,
       message.state,
       message.attempts,
       message.begun_on IS NOT NULL AS is_begun,
       message.created_on,
       message.last_error,
       CASE
           WHEN message.payload ->> 'amount' ~ '^-?[0-9]{1,17}([.][0-9]{1,2})?$'
           THEN CAST(message.payload ->> 'amount' AS numeric(19,2))
       END AS amount,
       (
           SELECT earlier.id
             FROM pay_jobs.outbox AS earlier
            WHERE earlier.ordering_key = message.ordering_key
              AND earlier.id < message.id
              AND earlier.state IN ('pending', 'dead')
            ORDER BY earlier.id
            LIMIT 1
       ) AS blocked_by
  FROM pay_jobs.outbox AS message
 WHERE message.state IN ('pending', 'dead')
 ORDER BY message.id
