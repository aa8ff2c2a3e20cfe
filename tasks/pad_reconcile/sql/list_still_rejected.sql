-- List the first retried rows of a file that are rejected once more.
-- in     limit
-- out    line, rule, detail, target_number, amount
-- again  reads only
SELECT line,
       rule,
       detail,
       target_number,
       amount
  FROM settlement_work
 WHERE outcome = 'rejected'
 ORDER BY line
 LIMIT :limit
