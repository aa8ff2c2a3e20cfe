-- Add up the rows of a file by outcome and rule.
-- in     -
-- out    outcome, rule, rows, amount
-- again  reads only
SELECT outcome, replace(rule, '_', ' '), count(*), sum(amount)
  FROM settlement_work
 GROUP BY outcome, rule
 ORDER BY outcome, rule
