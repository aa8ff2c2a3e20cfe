-- Forget what became of the lines of a batch when it was tried before.
-- in     file_id, first, last: the lines of the batch
-- out    nothing
-- again  nothing is there
DELETE FROM pay_jobs.feedback_lines
 WHERE file_id = :file_id
   AND line BETWEEN :first AND :last
