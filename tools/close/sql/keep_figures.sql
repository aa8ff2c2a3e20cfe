-- Keep the figures of a day, with the rows they add up and a digest of these.
-- in     day
-- out    nothing
INSERT INTO pay_jobs.closed_figures (day, figure, method, rows, amount, digest, keys)
SELECT :day, figure, method, count(*), sum(amount), md5(string_agg(row, E'\n' ORDER BY row)), array_agg(row ORDER BY row)
  FROM (SELECT figure, method, amount, key || ' ' || amount AS row
          FROM closing_rows
         WHERE day = :day
           AND figure NOT LIKE 'undated.%') AS kept
 GROUP BY figure, method
