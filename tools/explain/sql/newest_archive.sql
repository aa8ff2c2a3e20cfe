-- Find of which moment the newest archived row is.
-- in     nothing
-- out    newest, null where nothing was archived
-- again  reads only
SELECT max(newest) AS newest
  FROM pay_jobs.archives
