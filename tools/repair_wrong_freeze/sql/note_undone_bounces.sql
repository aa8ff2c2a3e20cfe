-- Note which bounces were taken back: the file may bounce them again, and nobody takes them back twice.
-- in     files bigint[], lines integer[]: the bounces, by place; now timestamptz
-- out    nothing
-- again  the first time stays
WITH bounces AS (
       SELECT file_id, line
         FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
     ),
     noted AS (
       UPDATE pay_jobs.bounce_rows AS kept
          SET undone_on = :now
         FROM bounces
        WHERE kept.file_id = bounces.file_id
          AND kept.line    = bounces.line
          AND kept.pay_table IN ('payments', 'receipts', 'invoice_references', 'invoices')
          AND kept.was IS NOT NULL
           OR kept.file_id = bounces.file_id
          AND kept.line    = bounces.line
          AND kept.pay_table = 'payments'
     )
UPDATE pay_jobs.settlement_rows AS line
   SET rule = 'undone'
  FROM bounces
 WHERE line.file_id = bounces.file_id
   AND line.line    = bounces.line
