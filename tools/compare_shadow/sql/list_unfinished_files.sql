-- List the settlement files that the old system began and did not finish.
-- in     since (naive UTC, or null)
-- out    one name a row
-- again  reads only
SELECT file_name
  FROM cas_settlements
 WHERE processed_on IS NULL
   AND received_on >= coalesce(CAST(:since AS timestamp), '-infinity')
