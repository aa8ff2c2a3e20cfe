-- Read the key of an index, as it stands in a statement.
-- in     name (of the index)
-- out    columns: names and expressions, without those that are only INCLUDEd; rows: the condition of a partial index
-- again  reads only
SELECT (SELECT string_agg(pg_get_indexdef(index.indexrelid, place, true), ', ' ORDER BY place)
          FROM generate_series(1, index.indnkeyatts) AS place) AS columns,
       coalesce(pg_get_expr(index.indpred, index.indrelid), 'true') AS rows
  FROM pg_index AS index
 WHERE index.indexrelid = CAST(:name AS regclass)
