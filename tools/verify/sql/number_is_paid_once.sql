-- A CFS number with two completed payments.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 6: other services expect one at most; online banking pays in parts
SELECT 'payment ' || max(payment.id) AS row,
       'explain invoice ' || payment.invoice_number AS next,
       min(payment.payment_account_id) AS account_id,
       max(payment.payment_date) AS day,
       format('one completed payment of %s', payment.invoice_number) AS expected,
       format('payments %s', string_agg(CAST(payment.id AS text), ', ' ORDER BY payment.id)) AS found
  FROM payments AS payment
 WHERE payment.payment_status_code = 'COMPLETED'
   AND payment.payment_method_code <> 'ONLINE_BANKING'
   AND payment.invoice_number IS NOT NULL
   AND (CAST(:since AS timestamp) IS NULL
        OR payment.invoice_number IN (SELECT invoice_number FROM payments WHERE payment_date >= :since))
 GROUP BY payment.invoice_number
HAVING count(*) > 1
