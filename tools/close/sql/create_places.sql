-- Number the lines of files as the sheets of their figures have them, so that a row of any figure can point at its line.
-- in     first, last (days), of_lines text[] (patterns of LIKE: the figures whose rows are lines)
-- out    temporary table closing_places: the place of each line, in the order of list_rows.sql, beginning with 1
CREATE TEMPORARY TABLE closing_places ON COMMIT DROP AS
SELECT DISTINCT ON (origin) origin, figure, place
  FROM (SELECT origin, figure,
               row_number() OVER (PARTITION BY figure ORDER BY day, method, origin, key, amount) AS place
          FROM closing_rows
         WHERE figure LIKE ANY (CAST(:of_lines AS text[]))
           AND day BETWEEN :first AND :last) AS line
 ORDER BY origin, figure
