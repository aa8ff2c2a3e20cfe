-- List the indexes of the pay database and of our own schema.
-- in     -
-- out    name (schema-qualified and quoted), plain, table, is_unique, is_valid, is_btree, size, definition
-- again  reads only
SELECT format('%I.%I', space.nspname, class.relname) AS name,
       class.relname AS plain,
       format('%I.%I', space.nspname, owner.relname) AS table_name,
       index.indisunique AS is_unique,
       index.indisvalid AND index.indisready AS is_valid,
       method.amname = 'btree' AS is_btree,
       pg_size_pretty(pg_relation_size(class.oid)) AS size,
       pg_get_indexdef(class.oid) AS definition,
       class.relname ~ '_cc(new|old)\d*$' AND NOT index.indisvalid AS is_leftover
  FROM pg_index AS index
  JOIN pg_class AS class ON class.oid = index.indexrelid
  JOIN pg_class AS owner ON owner.oid = index.indrelid
  JOIN pg_namespace AS space ON space.oid = class.relnamespace
  JOIN pg_am AS method ON method.oid = class.relam
 WHERE space.nspname IN ('public', 'pay_jobs')
   AND owner.relkind = 'r'
 ORDER BY space.nspname, owner.relname, class.relname
