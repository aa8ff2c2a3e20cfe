-- List the files that wait for a person.
-- in     since (naive UTC, or null)
-- out    one name a row
-- again  reads only
SELECT name
  FROM pay_jobs.inbound_files
 WHERE state IN ('held', 'failed')
   AND received_on >= coalesce(CAST(:since AS timestamp) AT TIME ZONE 'UTC', '-infinity')
 ORDER BY name
