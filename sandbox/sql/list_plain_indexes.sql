-- List the indexes of some tables that are not unique: the statement that drops each, and the one that makes it again.
-- in     tables
-- out    two statements an index
-- again  reads only
SELECT format('DROP INDEX %%s', indexrelid::regclass),
       pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE NOT indisunique
   AND indrelid = ANY (%(tables)s::regclass[])
 ORDER BY indexrelid::regclass::text
