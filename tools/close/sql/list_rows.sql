-- List the rows of a figure.
-- in     figure, first, last (days)
-- out    day, method, key, amount, origin; line_figure and line_place where it comes from a line of a file
SELECT row.day, row.method, row.key, row.amount, row.origin, line.figure AS line_figure, line.place AS line_place
  FROM closing_rows AS row
  LEFT JOIN closing_places AS line
    ON line.origin = row.origin
   AND line.figure <> row.figure
 WHERE row.figure = :figure
   AND row.day BETWEEN :first AND :last
 ORDER BY row.day, row.method, row.origin, row.key, row.amount
