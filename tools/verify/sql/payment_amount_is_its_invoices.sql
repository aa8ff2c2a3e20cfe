-- A PAD payment for another amount than the invoices of its number cost.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 6; the NSF fee joins the number after its bounce, and a number whose
--        invoices were replaced by a consolidated one has none left
SELECT 'payment ' || payment.id AS row,
       'explain invoice ' || billed.invoice_id AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('for %s: the invoices of %s', billed.total, payment.invoice_number) AS expected,
       format('for %s', CAST(payment.invoice_amount AS numeric(19,2))) AS found
  FROM (SELECT payment.id
          FROM payments AS payment
          JOIN invoice_references AS reference
            ON reference.invoice_number = payment.invoice_number
           AND NOT coalesce(reference.is_consolidated, false)
          JOIN invoices AS invoice
            ON invoice.id = reference.invoice_id
           AND invoice.payment_method_code = 'PAD'
         WHERE payment.payment_method_code = 'PAD'
           AND (CAST(:since AS timestamp) IS NULL OR payment.payment_date >= :since)
         GROUP BY payment.id
        HAVING sum(invoice.total) <> payment.invoice_amount) AS odd
  JOIN payments AS payment
    ON payment.id = odd.id
  JOIN LATERAL (
         SELECT min(invoice.id) AS invoice_id, sum(invoice.total) AS total
           FROM invoices AS invoice
          WHERE invoice.payment_method_code = 'PAD'
            AND invoice.id IN (SELECT reference.invoice_id FROM invoice_references AS reference
                                WHERE reference.invoice_number = payment.invoice_number
                                  AND NOT coalesce(reference.is_consolidated, false))
       ) AS billed ON true
 WHERE CAST(payment.invoice_amount AS numeric(19,2)) <> billed.total
