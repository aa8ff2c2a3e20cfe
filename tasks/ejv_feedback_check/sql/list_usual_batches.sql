-- List what the last batches of a type held, refused and stopped.
-- in     batch_type text, known bigint: how many at most
-- out    items, refused, stopped
-- again  reads only
SELECT CAST(counts ->> 'items' AS integer) AS items,
       CAST(counts ->> 'refused' AS integer) AS refused,
       CAST(counts ->> 'stopped' AS integer) AS stopped
  FROM pay_jobs.feedback_batches
 WHERE batch_type = :batch_type
   AND state = 'applied'
   AND counts ? 'items'
 ORDER BY id DESC
 LIMIT :known
