-- Add up what moved by month, figure and payment method.
-- in     first, last (days)
-- out    month (its first day), figure, method, rows, amount
SELECT CAST(date_trunc('month', day) AS date) AS month, figure, method, count(*) AS rows, sum(amount) AS amount
  FROM closing_rows
 WHERE day BETWEEN :first AND :last
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
