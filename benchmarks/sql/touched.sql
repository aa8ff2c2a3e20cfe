-- How often each table was read whole so far, and the blocks of it and its indexes that were touched.
SELECT CASE scan.schemaname WHEN 'public' THEN scan.relname ELSE scan.schemaname || '.' || scan.relname END AS name,
       scan.seq_scan AS scans,
       coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
           + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0) + coalesce(tidx_blks_read, 0)
           + coalesce(tidx_blks_hit, 0) AS blocks
  FROM pg_stat_user_tables AS scan
  JOIN pg_statio_user_tables AS blocks USING (relid)
