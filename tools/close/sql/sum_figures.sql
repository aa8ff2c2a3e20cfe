-- Add up what moved, by figure and payment method.
-- in     first, last (days)
-- out    figure, method, rows, amount
SELECT figure, method, count(*) AS rows, sum(amount) AS amount
  FROM closing_rows
 WHERE day BETWEEN :first AND :last
 GROUP BY figure, method
 ORDER BY figure, method
