-- Count the statements of the period that were there before, and those of them that have duplicates.
-- in     period_statements
-- out    one row: reused, duplicated
-- again  reads only
SELECT count(*) FILTER (WHERE is_reused), count(*) FILTER (WHERE cardinality(duplicate_ids) > 0)
  FROM period_statements
