-- List the tables that are not there, or that this role may not read.
-- in     tables text[] (with their schema)
-- out    name, is_there, role: one row a table that cannot be read
-- again  reads only
SELECT wanted.name,
       found.id IS NOT NULL AS is_there,
       current_user AS role
  FROM unnest(CAST(:tables AS text[])) AS wanted (name)
  LEFT JOIN LATERAL (
         SELECT class.oid AS id
           FROM pg_class AS class
           JOIN pg_namespace AS space
             ON space.oid = class.relnamespace
          WHERE space.nspname || '.' || class.relname = wanted.name
       ) AS found ON true
 WHERE found.id IS NULL
    OR NOT has_schema_privilege(split_part(wanted.name, '.', 1), 'USAGE')
    OR NOT has_table_privilege(found.id, 'SELECT')
 ORDER BY wanted.name
