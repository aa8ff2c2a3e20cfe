-- List what bounces have to tell outside and have not told: not begun, on its way, or given up.
-- in     keys text[]: what the keys of their messages begin with
-- out    id, kind, is_on_its_way; locked
-- again  reads only
SELECT message.id,
       message.kind,
       message.state = 'pending' AND message.begun_on IS NOT NULL AS is_on_its_way
  FROM pay_jobs.outbox AS message
 WHERE message.state IN ('pending', 'dead')
   AND message.kind <> 'look_for_second_fee'
   AND regexp_replace(message.idempotency_key, ':[^:]*$', '') = ANY (CAST(:keys AS text[]))
 ORDER BY message.id
   FOR UPDATE
