-- A PAD payment for another amount than the invoices of its number cost.
-- source docs/specs/cas-settlement-csv.md section 6; the NSF fee joins the number after its bounce, and a number whose
--        invoices were replaced by a consolidated one has none left
SELECT 'payment ' || payment.id AS row,
       'explain invoice ' || billed.invoice_id AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('for %s: the invoices of %s', billed.total, payment.invoice_number) AS expected,
       format('for %s', CAST(payment.invoice_amount AS numeric(19,2))) AS found
  FROM payments AS payment
  JOIN (SELECT reference.invoice_number, min(reference.invoice_id) AS invoice_id, sum(reference.total) AS total
          FROM (SELECT DISTINCT reference.invoice_number, invoice.id AS invoice_id, invoice.total
                  FROM invoice_references AS reference
                  JOIN invoices AS invoice
                    ON invoice.id = reference.invoice_id
                   AND invoice.payment_method_code = 'PAD'
                 WHERE NOT coalesce(reference.is_consolidated, false)) AS reference
         GROUP BY reference.invoice_number) AS billed
    ON billed.invoice_number = payment.invoice_number
 WHERE payment.payment_method_code = 'PAD'
   AND CAST(payment.invoice_amount AS numeric(19,2)) <> billed.total
