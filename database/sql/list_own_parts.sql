-- List the tables, columns and valid indexes of our own schema.
-- in     schema
-- out    kind (table, column, index) and name; that of a column is table.column
-- again  reads only
SELECT 'table', relname FROM pg_class WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p')
 UNION ALL
SELECT 'column', relname || '.' || attname
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
 WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
 UNION ALL
SELECT 'index', relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
 WHERE relnamespace = to_regnamespace(:schema) AND indisvalid
