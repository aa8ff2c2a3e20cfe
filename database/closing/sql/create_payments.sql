-- The payments of what came in in these days, each as it was when they began or was written first in them, and what was
-- added to payments.
-- in     since, until (naive UTC)
-- source the receipt number of a journal ends in its journal and batch, and its payment has the date of the answer
--        (docs/specs/cgi-ejv-files.md section 7.2)
-- out    temporary table closing_payments. What our jobs or a bounce overwrote since is read as it was kept; a payment that
--        a file only added to is told by what was added. A row of the file that wrote it may add to it later, when it is
--        tried again. What a repair adds was booked before there were lines of it: no line stands beside it
CREATE TEMPORARY TABLE closing_payments ON COMMIT DROP AS
WITH first_written AS NOT MATERIALIZED (
       SELECT id, invoice_number, receipt_number, payment_date, payment_method_code, paid_amount, false AS was_kept
         FROM payments
        UNION ALL
       SELECT id, invoice_number, receipt_number, payment_date, payment_method_code, paid_amount, true
         FROM closing_overwritten
     ),
     of_journals AS NOT MATERIALIZED (
       SELECT payment.*, CAST(ending[2] AS integer) || '/' || CAST(ending[1] AS integer) AS pair
         FROM first_written AS payment
        CROSS JOIN LATERAL regexp_match(payment.receipt_number, '([0-9]{8})[^0-9]{2}([0-9]{9})$') AS ending
        WHERE payment.payment_method_code = 'EJV'
          AND (payment.was_kept OR payment.id NOT IN (SELECT id FROM closing_overwritten))
          AND payment.payment_date >= (SELECT min(effective_date) FROM closing_journals)
          AND payment.payment_date < (SELECT max(effective_date) + 1 FROM closing_journals)
     ),
     paid AS NOT MATERIALIZED (
       SELECT DISTINCT ON (pair, receipt, name) * FROM closing_paying ORDER BY pair, receipt, name, at, paid_on IS NULL, line
     ),
     added AS MATERIALIZED (
       SELECT kept.row_id AS id, was.invoice_number, was.receipt_number, was.payment_method_code AS method, kept.amount,
              kept.cause, regexp_replace(kept.cause, ' line [0-9]+$', '') AS name, kept.kept_on AT TIME ZONE 'UTC' AS at
         FROM pay_jobs.kept_rows AS kept
        CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS payments), kept.was) AS was
        WHERE kept.pay_table = 'payments'
          AND kept.kept_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
     )
SELECT found.pair, found.method, found.id, coalesce(CAST(found.paid_amount AS numeric(19,2)), 0) AS amount, found.at,
       found.origin
  FROM (SELECT paid.pair, paid.method, payment.id, payment.paid_amount, paid.at, paid.name, paid.origin
          FROM paid
          JOIN first_written AS payment
            ON payment.payment_method_code = paid.method
           AND payment.receipt_number = paid.receipt
           AND (paid.number IS NULL OR payment.invoice_number = paid.number)
           AND (paid.method = 'EFT' OR payment.payment_date = paid.paid_on)
           AND (payment.was_kept OR payment.id NOT IN (SELECT id FROM closing_overwritten))
         UNION ALL
        SELECT paid.pair, paid.method, payment.id, payment.paid_amount, paid.at, paid.name, paid.origin
          FROM paid
          JOIN of_journals AS payment
            ON payment.pair = paid.pair
         WHERE paid.method = 'EJV') AS found
 WHERE NOT EXISTS (SELECT FROM added WHERE added.id = found.id AND added.name = found.name AND added.at <= found.at)
 UNION ALL
SELECT CASE added.method WHEN 'PAD' THEN added.invoice_number
                         WHEN 'EJV' THEN CAST(ending[2] AS integer) || '/' || CAST(ending[1] AS integer)
                         ELSE added.receipt_number END,
       added.method, added.id, added.amount, added.at, added.cause
  FROM added
  LEFT JOIN LATERAL regexp_match(added.receipt_number, '([0-9]{8})[^0-9]{2}([0-9]{9})$') AS ending
    ON added.method = 'EJV'
 WHERE added.at >= :since
   AND added.at < :until
   AND added.cause NOT LIKE 'repair %'
