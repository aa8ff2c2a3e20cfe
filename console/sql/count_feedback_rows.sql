-- Count the lines of a feedback file by what became of them and why.
-- in     id of the file
-- out    outcome, rule, rows, amount
-- again  reads only
SELECT outcome, rule, count(*) AS rows, sum(amount) AS amount
  FROM pay_jobs.feedback_lines
 WHERE file_id = :id
 GROUP BY outcome, rule
 ORDER BY count(*) DESC, outcome, rule
