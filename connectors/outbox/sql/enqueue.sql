-- Keep messages for delivery.
-- in     messages   json array of {channel, kind, ordering_key, idempotency_key, payload}
--        run_id     bigint or null, the run that wrote them
--        created_on timestamptz or null for now
--        due        timestamptz or null, when they may leave at the earliest
-- out    the number of rows is the number of new messages; ids rise in the order of the array
-- again  a message whose idempotency key is known is left as it is
INSERT INTO pay_jobs.outbox (
       run_id, created_on, next_attempt_on, channel, kind, ordering_key, idempotency_key, payload)
SELECT CAST(:run_id AS bigint),
       coalesce(CAST(:created_on AS timestamptz), clock_timestamp()),
       CAST(:due AS timestamptz),
       message.channel,
       message.kind,
       message.ordering_key,
       message.idempotency_key,
       message.payload
  FROM ROWS FROM (
         jsonb_to_recordset(CAST(:messages AS jsonb))
         AS (channel text, kind text, ordering_key text, idempotency_key text, payload jsonb)
       ) WITH ORDINALITY AS message (channel, kind, ordering_key, idempotency_key, payload, place)
 ORDER BY message.place
    ON CONFLICT (idempotency_key) DO NOTHING
