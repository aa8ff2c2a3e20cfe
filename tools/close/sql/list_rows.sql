-- List the rows of a figure.
-- in     figure, first, last (days)
-- out    day, method, key, amount, origin
SELECT day, method, key, amount, origin
  FROM closing_rows
 WHERE figure = :figure
   AND day BETWEEN :first AND :last
 ORDER BY day, method, origin, key, amount
