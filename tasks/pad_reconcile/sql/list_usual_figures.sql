-- List what the last files of a kind held and did, and how many payments the days before each settled.
-- in     on_weekday boolean, known bigint: how many at most, days integer
-- out    rows, amount, frozen, bounced, repeated, misdated, rejected, settled
-- again  reads only
--
-- The files of weekends are the fewest: the last of them reach back seven days for each two.
WITH beside AS (
       SELECT figures.*,
              sum(figures.rows - figures.bounced) OVER (
                ORDER BY coalesce(file.business_date, CAST(file.received_on AS date))
                RANGE BETWEEN :days * INTERVAL '1 day' PRECEDING AND INTERVAL '1 day' PRECEDING) AS week
         FROM pay_jobs.settlement_figures AS figures
         JOIN pay_jobs.inbound_files AS file
           ON file.id = figures.file_id
        WHERE figures.file_id >= (SELECT min(file_id)
                                    FROM (SELECT file_id
                                            FROM pay_jobs.settlement_figures
                                           ORDER BY file_id DESC
                                           LIMIT 10 * (:known + :days)) AS last)
     )
SELECT rows, amount, frozen, bounced, repeated, misdated, rejected,
       greatest(coalesce(week, 0), rows - bounced) AS settled
  FROM beside
 WHERE on_weekday = :on_weekday
 ORDER BY file_id DESC
 LIMIT :known
