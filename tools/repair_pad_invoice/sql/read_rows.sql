-- Read the settlement rows of a CFS number, oldest first.
-- in     number
-- out    one row a settlement row
-- again  reads only
SELECT file.name AS file,
       found.line,
       found.kind,
       found.outcome,
       coalesce(nullif(found.detail, ''), found.rule) AS detail
  FROM pay_jobs.settlement_rows AS found
  JOIN pay_jobs.inbound_files AS file
    ON file.id = found.file_id
 WHERE found.target_number = :number
   AND found.target_type = 'INV'
 ORDER BY found.file_id, found.line
