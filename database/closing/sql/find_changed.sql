-- Find what recorded days count now and did not when they were recorded, or counted then and do not now.
-- in     first, last (days)
-- out    one row in closing_changed for each such row; figures are compared by their digests first. A row is known by its
--        name and amount: the method of an invoice and the site of a credit may change later
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
       SELECT DISTINCT day, figure
         FROM counted
         FULL JOIN recorded
        USING (day, figure, method)
        WHERE counted.digest IS DISTINCT FROM recorded.digest
     ),
     rows_then AS (
       SELECT day, figure, row.text, count(*) AS times
         FROM other
         JOIN recorded
        USING (day, figure)
        CROSS JOIN LATERAL unnest(recorded.keys) AS row (text)
        GROUP BY day, figure, row.text
     ),
     rows_now AS (
       SELECT day, figure, moved.key || ' ' || moved.amount AS text, count(*) AS times
         FROM other
         JOIN closing_rows AS moved
        USING (day, figure)
        GROUP BY day, figure, moved.key || ' ' || moved.amount
     )
SELECT day, figure, text, rows_then.times IS NOT NULL
  FROM rows_then
  FULL JOIN rows_now
 USING (day, figure, text)
 WHERE rows_then.times IS DISTINCT FROM rows_now.times
