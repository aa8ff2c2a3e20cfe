-- Lock the rows of a table that some bounces changed or made.
-- in     the {table}, put in as a word; files bigint[], lines integer[]: the bounces, by place
-- out    id
-- again  held until the transaction ends
SELECT id
  FROM {table}
 WHERE id IN (SELECT kept.row_id
                FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
                JOIN pay_jobs.bounce_rows AS kept
                  ON kept.file_id = bounce.file_id
                 AND kept.line    = bounce.line
               WHERE kept.pay_table = '{table}')
 ORDER BY id
   FOR UPDATE
