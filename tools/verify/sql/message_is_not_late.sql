-- A message to CFS or others that was given up, or should have been delivered a day ago.
-- source docs/specs/cfs-api.md; design: the outside is told after the commit, at the next run
SELECT 'message ' || message.id AS row,
       'outbox show ' || message.id AS next,
       CAST(NULL AS integer) AS account_id,
       message.created_on AT TIME ZONE 'UTC' AS day,
       'delivered, or dropped by a person' AS expected,
       format('%s %s %s: %s', message.channel, message.kind, message.state, coalesce(message.last_error, 'not tried')) AS found
  FROM pay_jobs.outbox AS message
 WHERE message.state = 'dead'
    OR (message.state = 'pending'
        AND coalesce(message.next_attempt_on, message.created_on) AT TIME ZONE 'UTC' < CAST(:now AS timestamp) - interval '1 day')
