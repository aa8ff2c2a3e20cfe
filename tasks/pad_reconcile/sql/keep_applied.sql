-- Keep the rows that were applied before and are of the same receipts as rows that are tried again: together they are
-- one payment.
-- in     settlement_staged
-- out    the number of rows in settlement_before
-- again  only reads what is recorded
INSERT INTO settlement_before
SELECT earlier.*
  FROM pay_jobs.settlement_rows AS earlier
 WHERE (earlier.file_id, earlier.source_number) IN (SELECT file_id, source_number FROM settlement_staged)
   AND earlier.outcome = 'applied'
   AND earlier.rule <> 'undone'
