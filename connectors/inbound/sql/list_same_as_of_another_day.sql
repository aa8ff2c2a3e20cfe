-- List the files that hold what an earlier day's file held, where that has rows and no other file of their day came.
-- in     source
-- out    id, name, business_date, run_id, same_as (the name of the earlier one)
-- again  reads only
SELECT DISTINCT ON (file.id)
       file.id,
       file.name,
       file.business_date,
       file.run_id,
       twin.name AS same_as
  FROM pay_jobs.inbound_files AS file
  JOIN pay_jobs.inbound_files AS twin
    ON twin.source = file.source
   AND twin.sha256 = file.sha256
   AND twin.state = 'applied'
   AND twin.business_date < file.business_date
  JOIN pay_jobs.settlement_figures AS figures
    ON figures.file_id = twin.id
   AND figures.rows > 0
 WHERE file.source = :source
   AND file.state = 'known'
   AND NOT EXISTS (SELECT
                     FROM pay_jobs.inbound_files AS other
                    WHERE other.source = file.source
                      AND other.business_date = file.business_date
                      AND other.state IN ('stored', 'received', 'applied', 'held', 'failed'))
 ORDER BY file.id, twin.id
