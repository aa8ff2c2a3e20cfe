-- List the settlement files that are known: taken in by us, or noted by the service before us.
-- in     -
-- out    name, state, where it is stored (null: not by us), whether it is processed, whether by the service before us,
--        what holds it, its number; of one name the newest last
-- again  reads only
SELECT coalesce(file.name, noted.file_name),
       coalesce(file.state, CASE WHEN noted.processed_on IS NULL THEN 'begun' ELSE 'applied' END),
       file.object_key,
       coalesce(file.state IN ('applied', 'known', 'ignored'), noted.processed_on IS NOT NULL),
       file.name IS NULL AND noted.processed_on IS NOT NULL,
       file.details ->> 'hold',
       file.id
  FROM (SELECT * FROM pay_jobs.inbound_files WHERE source IN ('CAS', 'LOCAL')) AS file
  FULL JOIN cas_settlements AS noted ON noted.file_name = file.name
 ORDER BY 1, file.id
