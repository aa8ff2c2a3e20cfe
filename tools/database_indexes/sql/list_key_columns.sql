-- List the columns of an index, quoted, as they stand in a statement.
-- in     name (of the index)
-- out    one text
-- again  reads only
SELECT string_agg(quote_ident(attribute.attname), ', ' ORDER BY key.place)
  FROM pg_index AS index
  JOIN unnest(index.indkey) WITH ORDINALITY AS key (number, place) ON key.number > 0
  JOIN pg_attribute AS attribute ON attribute.attrelid = index.indrelid AND attribute.attnum = key.number
 WHERE index.indexrelid = CAST(:name AS regclass)
