-- List the numbers of an account that came back and are still owed once some bounces are taken back.
-- in     account_id; files bigint[], lines integer[]: these bounces, by place; numbers text[]: theirs
-- out    number
-- again  reads only
--
-- The card invoice under a number of theirs is the fee, which goes with them.
WITH given_back AS (
       SELECT kept.*
         FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
         JOIN pay_jobs.bounce_rows AS kept
           ON kept.file_id = bounce.file_id
          AND kept.line    = bounce.line
     )
SELECT DISTINCT payment.invoice_number
  FROM payments AS payment
  JOIN invoice_references AS reference
    ON reference.invoice_number = payment.invoice_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
   AND invoice.invoice_status_code NOT IN (<<final>>)
 CROSS JOIN LATERAL (
        SELECT count(*) AS rows, bool_and(was ->> 'payment_status_code' IS NOT DISTINCT FROM 'FAILED') AS had_failed
          FROM given_back
         WHERE pay_table = 'payments'
           AND row_id = payment.id
      ) AS back
 WHERE payment.payment_account_id = :account_id
   AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
   AND CASE WHEN back.rows > 0 THEN back.had_failed ELSE payment.payment_status_code = 'FAILED' END
   AND NOT EXISTS (SELECT FROM given_back
                    WHERE pay_table = 'invoice_references'
                      AND row_id = reference.id
                      AND was IS NOT NULL)
   AND (invoice.payment_method_code <> 'CC' OR payment.invoice_number <> ALL (CAST(:numbers AS text[])))
 ORDER BY 1
