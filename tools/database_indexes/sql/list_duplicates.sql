-- List the keys of a unique index that more than one row has.
-- in     table, columns and rows, quoted and put in as words (read_index_key.sql); limit
-- out    key, how many rows have it, where they lie (ctid)
-- again  reads only
SELECT CAST(({columns}) AS text), count(*), string_agg(CAST(ctid AS text), ', ' ORDER BY ctid)
  FROM {table}
 WHERE {rows}
   AND ROW({columns}) IS NOT NULL
 GROUP BY {columns}
HAVING count(*) > 1
 ORDER BY 1
 LIMIT :limit
