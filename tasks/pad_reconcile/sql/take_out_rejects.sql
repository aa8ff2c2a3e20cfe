-- Take the recorded rows out that are tried again: they are recorded anew with what becomes of them.
-- in     -
-- out    the number of rows
-- again  only rows that are rejected
DELETE FROM pay_jobs.settlement_rows AS recorded
 USING settlement_work AS work
 WHERE recorded.file_id = work.file_id
   AND recorded.line = work.line
   AND recorded.outcome = 'rejected'
