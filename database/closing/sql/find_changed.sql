-- Find what recorded days count now and did not when they were recorded, or counted then and do not now.
-- in     first, last (days)
-- out    one row in closing_changed for each such row; figures are compared by their digests first
INSERT INTO closing_changed
WITH counted AS (
       SELECT moved.day, moved.figure, moved.method, md5(string_agg(moved.row, E'\n' ORDER BY moved.row)) AS digest
         FROM (SELECT day, figure, method, key || ' ' || amount AS row FROM closing_rows) AS moved
         JOIN pay_jobs.closed_days AS closed
           ON closed.day = moved.day
        WHERE moved.day BETWEEN :first AND :last
          AND moved.figure NOT LIKE 'undated.%'
        GROUP BY moved.day, moved.figure, moved.method
     ),
     recorded AS (
       SELECT day, figure, method, digest, keys
         FROM pay_jobs.closed_figures
        WHERE day BETWEEN :first AND :last
     ),
     other AS (
       SELECT day, figure, method
         FROM counted
         FULL JOIN recorded
        USING (day, figure, method)
        WHERE counted.digest IS DISTINCT FROM recorded.digest
     ),
     rows_then AS (
       SELECT day, figure, method, row.text, count(*) AS times
         FROM other
         JOIN recorded
        USING (day, figure, method)
        CROSS JOIN LATERAL unnest(recorded.keys) AS row (text)
        GROUP BY day, figure, method, row.text
     ),
     rows_now AS (
       SELECT day, figure, method, moved.key || ' ' || moved.amount AS text, count(*) AS times
         FROM other
         JOIN closing_rows AS moved
        USING (day, figure, method)
        GROUP BY day, figure, method, moved.key || ' ' || moved.amount
     )
SELECT day, figure, text, rows_then.times IS NOT NULL
  FROM rows_then
  FULL JOIN rows_now
 USING (day, figure, method, text)
 WHERE rows_then.times IS DISTINCT FROM rows_now.times
