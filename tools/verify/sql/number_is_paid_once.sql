-- A CFS number with two completed payments, or one that is owed with two failed ones.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 6: other services expect one at most; online banking pays in parts; the API
--        bills the card for the invoices of a number once for each failed payment over nothing
SELECT 'payment ' || max(payment.id) AS row,
       'explain invoice ' || payment.invoice_number AS next,
       min(payment.payment_account_id) AS account_id,
       max(payment.payment_date) AS day,
       format('one %s payment of %s', lower(payment.payment_status_code), payment.invoice_number) AS expected,
       format('payments %s', string_agg(CAST(payment.id AS text), ', ' ORDER BY payment.id)) AS found
  FROM payments AS payment
 WHERE payment.invoice_number IS NOT NULL
   AND (payment.payment_status_code = 'COMPLETED'
        AND payment.payment_method_code <> 'ONLINE_BANKING'
        OR payment.payment_status_code = 'FAILED'
       AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
       AND EXISTS (SELECT FROM invoice_references AS reference
                    WHERE reference.invoice_number = payment.invoice_number
                      AND reference.status_code = 'ACTIVE'))
   AND (CAST(:since AS timestamp) IS NULL
        OR payment.invoice_number IN (SELECT invoice_number FROM payments WHERE payment_date >= :since))
 GROUP BY payment.invoice_number, payment.payment_status_code
HAVING count(*) > 1
