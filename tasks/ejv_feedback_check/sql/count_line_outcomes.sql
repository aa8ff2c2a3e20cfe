-- Count the lines of a batch by outcome.
-- in     file_id, first, last: the lines of the batch
-- out    outcome, count
-- again  reads only
SELECT outcome, count(*)
  FROM pay_jobs.feedback_lines
 WHERE file_id = :file_id
   AND line BETWEEN :first AND :last
 GROUP BY outcome
