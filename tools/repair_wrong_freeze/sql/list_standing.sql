-- List the numbers of an account that came back and are still owed once some bounces are taken back.
-- in     account_id; files bigint[], lines integer[]: these bounces, by place; numbers text[]: theirs
-- out    number
-- again  reads only
--
-- A number is owed no more where they give its reference back as completed, or its payment as one that did not fail; the
-- card invoice under a number of theirs is the fee, which goes with them.
WITH given_back AS (
       SELECT kept.pay_table, kept.row_id
         FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS bounce (file_id, line)
         JOIN pay_jobs.bounce_rows AS kept
           ON kept.file_id = bounce.file_id
          AND kept.line    = bounce.line
        WHERE kept.pay_table = 'payments'
          AND kept.was ->> 'payment_status_code' IS DISTINCT FROM 'FAILED'
           OR kept.pay_table = 'invoice_references'
          AND kept.was IS NOT NULL
     )
SELECT DISTINCT payment.invoice_number
  FROM payments AS payment
  JOIN invoice_references AS reference
    ON reference.invoice_number = payment.invoice_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
   AND invoice.invoice_status_code NOT IN (<<final>>)
 WHERE payment.payment_account_id = :account_id
   AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
   AND payment.payment_status_code = 'FAILED'
   AND ('payments', payment.id) NOT IN (SELECT pay_table, row_id FROM given_back)
   AND ('invoice_references', reference.id) NOT IN (SELECT pay_table, row_id FROM given_back)
   AND (invoice.payment_method_code <> 'CC' OR payment.invoice_number <> ALL (CAST(:numbers AS text[])))
 ORDER BY 1
