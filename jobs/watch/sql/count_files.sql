-- Count the files that are not settled, by source and state.
-- out    source, state, number
-- again  reads only
SELECT source,
       state,
       count(*) AS number
  FROM pay_jobs.inbound_files
 WHERE state IN ('stored', 'received', 'held', 'failed')
 GROUP BY source, state
 ORDER BY source, state
