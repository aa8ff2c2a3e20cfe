-- Bring the invoices back that bounces opened, as they were before the first of them.
-- in     files bigint[], lines integer[]: the bounces, by place; now (naive UTC)
-- out    the number of invoices
-- again  writes the same
UPDATE invoices AS invoice
   SET invoice_status_code = was.invoice_status_code,
       paid                = was.paid,
       updated_on          = CASE WHEN was.invoice_status_code IN (<<removed>>) THEN was.updated_on ELSE :now END,
       updated_by          = NULL,
       updated_name        = NULL
  FROM (
       SELECT DISTINCT ON (kept.row_id) kept.row_id, kept.was
         FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
         JOIN pay_jobs.bounce_rows AS kept
           ON kept.file_id = bounce.file_id
          AND kept.line    = bounce.line
          AND kept.pay_table = 'invoices'
          AND kept.was IS NOT NULL
        ORDER BY kept.row_id, kept.file_id, kept.line
     ) AS kept
 CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS invoices), kept.was) AS was
 WHERE invoice.id = kept.row_id
