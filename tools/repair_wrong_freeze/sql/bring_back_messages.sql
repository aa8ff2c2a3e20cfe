-- Bring messages back that an undo dropped and that are to be told after all.
-- in     messages jsonb: the state that each had, by its id
-- out    the number of messages
-- again  only what is dropped is brought back
UPDATE pay_jobs.outbox AS message
   SET state  = dropped.value,
       reason = NULL
  FROM jsonb_each_text(CAST(:messages AS jsonb)) AS dropped
 WHERE message.id = CAST(dropped.key AS bigint)
   AND message.state = 'dropped'
