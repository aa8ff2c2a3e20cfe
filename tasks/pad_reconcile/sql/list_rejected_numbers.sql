-- List the CFS numbers that have rejected rows in applied files.
-- out    target_number, in order
-- again  reads only
SELECT DISTINCT target_number
  FROM pay_jobs.settlement_rows
 WHERE outcome = 'rejected'
 ORDER BY target_number
