-- Add up the two sides of an equation.
-- in     left_side, right_side text[] (patterns of LIKE), first, last (days)
-- out    left_amount, right_amount
SELECT coalesce(sum(amount) FILTER (WHERE figure LIKE ANY (CAST(:left_side AS text[]))), 0.00) AS left_amount,
       coalesce(sum(amount) FILTER (WHERE figure LIKE ANY (CAST(:right_side AS text[]))), 0.00) AS right_amount
  FROM closing_rows
 WHERE day BETWEEN :first AND :last
