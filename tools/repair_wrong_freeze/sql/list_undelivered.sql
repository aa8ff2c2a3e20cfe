-- List what bounces have to tell outside and have not told: not begun, on its way, or given up.
-- in     keys text[]: what the keys of their messages begin with; profiles integer[]: the profiles that are released,
--        each with all the bounces that froze it
-- out    id, kind, state, is_on_its_way; locked
-- again  reads only
SELECT message.id,
       message.kind,
       message.state,
       message.state = 'pending' AND message.begun_on IS NOT NULL AS is_on_its_way
  FROM pay_jobs.outbox AS message
 WHERE message.state IN ('pending', 'dead')
   AND message.kind <> 'look_for_second_fee'
   AND regexp_replace(message.idempotency_key, ':[^:]*$', '') = ANY (
         CAST(:keys AS text[])
         || ARRAY(SELECT concat_ws(':', 'nsf', kept.file_id, kept.line)
                    FROM pay_jobs.bounce_rows AS kept
                   WHERE kept.pay_table = 'cfs_accounts'
                     AND kept.row_id = ANY (CAST(:profiles AS integer[]))
                     AND kept.undone_on IS NULL))
 ORDER BY message.id
   FOR UPDATE
