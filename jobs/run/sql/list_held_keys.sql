-- List the advisory keys that anybody holds in this database.
-- out    one key a row
-- again  reads only
SELECT (classid::bigint << 32) | objid::bigint
  FROM pg_locks
 WHERE locktype = 'advisory'
   AND granted
   AND objsubid = 1
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
