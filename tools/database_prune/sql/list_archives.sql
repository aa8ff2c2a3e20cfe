-- List the archives, the newest rows first.
-- in     nothing
-- out    id, table_name, rows, oldest, newest, object_key, sha256
-- again  reads only
SELECT id, table_name, rows, oldest, newest, object_key, sha256
  FROM pay_jobs.archives
 ORDER BY newest DESC, id DESC
