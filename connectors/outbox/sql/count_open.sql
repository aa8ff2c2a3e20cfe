-- Count what is not delivered.
-- in     channels text[]
-- out    one row: waiting, dead
SELECT count(*) FILTER (WHERE state = 'pending') AS waiting,
       count(*) FILTER (WHERE state = 'dead')    AS dead
  FROM pay_jobs.outbox
 WHERE state IN ('pending', 'dead')
   AND channel = ANY (CAST(:channels AS text[]))
