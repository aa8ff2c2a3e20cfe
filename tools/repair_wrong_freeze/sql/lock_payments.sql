-- Lock the rows of payments that some bounces changed or made.
-- in     files bigint[], lines integer[]: the bounces, by place
-- out    id
-- again  held until the transaction ends
SELECT id
  FROM payments
 WHERE id IN (SELECT kept.row_id
                FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
                JOIN pay_jobs.bounce_rows AS kept
                  ON kept.file_id = bounce.file_id
                 AND kept.line    = bounce.line
               WHERE kept.pay_table = 'payments')
 ORDER BY id
   FOR UPDATE
