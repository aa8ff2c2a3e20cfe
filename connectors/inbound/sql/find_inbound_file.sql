-- Find one file by its number.
-- in     id bigint
-- out    the row, or none
SELECT *
  FROM pay_jobs.inbound_files
 WHERE id = :id
