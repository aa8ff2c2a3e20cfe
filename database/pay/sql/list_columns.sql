-- List the columns that the database has of some tables.
-- in     tables text[]
-- out    table, column and its type
SELECT class.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
  FROM pg_class AS class
  JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid
 WHERE class.oid = ANY (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS name)
   AND attribute.attnum > 0
   AND NOT attribute.attisdropped
