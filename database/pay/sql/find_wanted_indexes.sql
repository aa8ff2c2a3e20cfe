-- Find which wanted indexes are there: under their name, or, where all rows are wanted, as one that begins with the columns.
-- in     names, tables, columns (of each, with commas), counts (of columns), are_whole (whether of all rows)
-- out    name, found: the name of a valid index, null where there is none
-- again  reads only
SELECT wanted.name,
       (SELECT min(made.relname)
          FROM pg_index AS index
          JOIN pg_class AS made
            ON made.oid = index.indexrelid
         WHERE index.indrelid = to_regclass(wanted.table_name)
           AND index.indisvalid
           AND (made.relname = wanted.name
                OR wanted.is_whole
                   AND index.indpred IS NULL
                   AND wanted.columns = (SELECT string_agg(pg_get_indexdef(index.indexrelid, CAST(nth AS integer), true), ', '
                                                           ORDER BY nth)
                                           FROM generate_series(1, least(wanted.count, index.indnkeyatts)) AS nth))) AS found
  FROM unnest(CAST(:names AS text[]), CAST(:tables AS text[]), CAST(:columns AS text[]), CAST(:counts AS integer[]),
              CAST(:are_whole AS boolean[])) AS wanted (name, table_name, columns, count, is_whole)
