-- List the files that have rejected rows.
-- in     numbers text[]: only rows about these CFS numbers; null for all
-- out    file_id, in the order the files came
-- again  reads only
SELECT DISTINCT file_id
  FROM pay_jobs.settlement_rows
 WHERE outcome = 'rejected'
   AND (CAST(:numbers AS text[]) IS NULL OR target_number = ANY (CAST(:numbers AS text[])))
 ORDER BY file_id
