-- The settlement rows as they stand, each with its file and when it was booked: with its file, or when it was last tried again.
-- out    temporary view closing_booked: the columns of pay_jobs.settlement_rows, name, at (naive UTC)
CREATE TEMPORARY VIEW closing_booked AS
SELECT line.*,
       file.name,
       coalesce(retried.at, file.applied_on AT TIME ZONE 'UTC') AS at
  FROM pay_jobs.settlement_rows AS line
  JOIN pay_jobs.inbound_files AS file
    ON file.id = line.file_id
  LEFT JOIN closing_retried AS retried
    ON retried.file_id = line.file_id
   AND retried.line = line.line
   AND retried.is_last
