-- List the CFS numbers that have rejected rows in one file.
-- in     file_id
-- out    target_number, in order
-- again  reads only
SELECT DISTINCT target_number
  FROM pay_jobs.settlement_rows
 WHERE outcome = 'rejected'
   AND file_id = :file_id
 ORDER BY target_number
