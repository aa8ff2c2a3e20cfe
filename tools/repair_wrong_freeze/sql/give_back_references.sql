-- Complete the references again that bounces opened.
-- in     files bigint[], lines integer[]: the bounces, by place
-- out    the number of references
-- again  writes the same
UPDATE invoice_references AS reference
   SET status_code = kept.was ->> 'status_code'
  FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
  JOIN pay_jobs.bounce_rows AS kept
    ON kept.file_id = bounce.file_id
   AND kept.line    = bounce.line
   AND kept.pay_table = 'invoice_references'
   AND kept.was IS NOT NULL
 WHERE reference.id = kept.row_id
