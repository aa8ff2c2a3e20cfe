-- Tell which database this is, whatever its address says.
-- in     -
-- out    what stands for it: when its server started, and its number there
-- again  reads only
SELECT extract(epoch FROM pg_postmaster_start_time()) || ' ' || oid
  FROM pg_database
 WHERE datname = current_database()
