-- Write the receipts again that bounces deleted, under the ids that they had.
-- in     files bigint[], lines integer[]: the bounces, by place
-- out    the number of receipts
-- again  a receipt that is there is left alone
INSERT INTO receipts
SELECT was.*
  FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
  JOIN pay_jobs.bounce_rows AS kept
    ON kept.file_id = bounce.file_id
   AND kept.line    = bounce.line
   AND kept.pay_table = 'receipts'
 CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS receipts), kept.was) AS was
    ON CONFLICT (id) DO NOTHING
