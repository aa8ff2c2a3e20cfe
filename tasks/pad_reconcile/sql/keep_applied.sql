-- Keep the rows that counted before and are of the same receipts: at an earlier try, or from another file of this name,
-- which is the same file before its sender went on writing. Together they are one payment.
-- in     settlement_staged
-- out    the number of rows in settlement_before
-- again  only reads what is recorded
INSERT INTO settlement_before
SELECT earlier.*
  FROM pay_jobs.inbound_files AS file
  JOIN pay_jobs.inbound_files AS same
    ON same.name = file.name
  JOIN pay_jobs.settlement_rows AS earlier
    ON earlier.file_id = same.id
 WHERE file.id = (SELECT min(file_id) FROM settlement_staged)
   AND earlier.source_number IN (SELECT source_number FROM settlement_staged)
   AND <<earlier.counts>>
   AND earlier.rule <> 'undone'
