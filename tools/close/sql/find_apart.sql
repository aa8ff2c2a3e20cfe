-- Find what one side of an equation has and the other has not, or over another amount.
-- in     left_side, right_side text[] (patterns of LIKE), first, last (days)
-- out    pair, left_amount, right_amount, and the first row of either
SELECT pair,
       coalesce(sum(amount) FILTER (WHERE is_left), 0) AS left_amount,
       coalesce(sum(amount) FILTER (WHERE NOT is_left), 0) AS right_amount,
       min(key) AS row,
       min(origin) AS origin
  FROM (SELECT pair, amount, key, origin, figure LIKE ANY (CAST(:left_side AS text[])) AS is_left
          FROM closing_rows
         WHERE day BETWEEN :first AND :last
           AND (figure LIKE ANY (CAST(:left_side AS text[])) OR figure LIKE ANY (CAST(:right_side AS text[])))) AS side
 GROUP BY pair
HAVING coalesce(sum(amount) FILTER (WHERE is_left), 0) <> coalesce(sum(amount) FILTER (WHERE NOT is_left), 0)
 ORDER BY pair
