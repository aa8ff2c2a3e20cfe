-- Add up how many payments the files of some days settled.
-- in     first_day, day date: the day itself is left out
-- out    one number
-- again  reads only
SELECT coalesce(sum(figures.rows - figures.bounced), 0)
  FROM pay_jobs.settlement_figures AS figures
  JOIN pay_jobs.inbound_files AS file
    ON file.id = figures.file_id
 WHERE coalesce(file.business_date, CAST(file.received_on AS date)) >= :first_day
   AND coalesce(file.business_date, CAST(file.received_on AS date)) < :day
