-- List the rights that the user lacks: to the pay tables, the sequences of their keys, our own schema, and to make
-- temporary tables.
-- in     tables, rights text[], side by side; own text, the name of our schema
-- out    one sentence a right, like "INSERT on invoices"
SELECT need.privilege || ' on ' || need.name
  FROM unnest(CAST(:tables AS text[]), CAST(:rights AS text[])) AS need (name, privilege)
 WHERE to_regclass(need.name) IS NOT NULL AND NOT has_table_privilege(to_regclass(need.name), need.privilege)
 UNION ALL
SELECT 'USAGE on ' || sequence.name
  FROM unnest(CAST(:tables AS text[]), CAST(:rights AS text[])) AS need (name, privilege)
  JOIN pg_attribute AS field ON field.attrelid = to_regclass(need.name) AND field.attnum > 0 AND field.atthasdef
 CROSS JOIN LATERAL pg_get_serial_sequence(need.name, field.attname) AS sequence (name)
 WHERE need.privilege = 'INSERT' AND NOT has_sequence_privilege(sequence.name, 'USAGE')
 UNION ALL
SELECT need.privilege || ' on ' || relnamespace::regnamespace || '.' || relname
  FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS need (privilege)
 WHERE relnamespace = to_regnamespace(:own) AND relkind = 'r' AND NOT has_table_privilege(oid, need.privilege)
 UNION ALL
SELECT 'USAGE on schema ' || nspname
  FROM pg_namespace
 WHERE nspname IN ('public', :own) AND NOT has_schema_privilege(oid, 'USAGE')
 UNION ALL
SELECT 'TEMPORARY on database ' || current_database()
 WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
