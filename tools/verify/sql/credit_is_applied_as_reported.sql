-- What was applied of a credit memo, other than the line of CAS says that was applied.
-- source docs/specs/cas-settlement-csv.md section 7 B: at most the line's amount, less only where the invoices of its
--        number have no more room; of its day; beside the invoice's total. Only lines this service has applied
SELECT 'applied credit ' || applied.id AS row,
       'explain invoice ' || applied.invoice_id AS next,
       applied.account_id,
       applied.created_on AS day,
       format('%s in all of application %s on %s, invoice of %s', line.amount, applied.application_id,
              line.application_date, invoice.total) AS expected,
       format('%s (%s in all) on %s, invoice of %s', applied.amount_applied, whole.amount, applied.created_on,
              applied.invoice_amount) AS found
  FROM applied_credits AS applied
  JOIN (SELECT application_id, source_number, target_number,
               max(amount) AS amount, max(application_date) AS application_date
          FROM pay_jobs.settlement_rows
         WHERE record_type = 'CMAP'
           AND outcome = 'applied'
           AND application_id IS NOT NULL
         GROUP BY application_id, source_number, target_number) AS line
    ON line.application_id = applied.application_id
   AND line.source_number = applied.cfs_identifier
   AND line.target_number = applied.invoice_number
  JOIN (SELECT application_id, sum(amount_applied) AS amount
          FROM applied_credits
         GROUP BY application_id) AS whole
    ON whole.application_id = applied.application_id
  JOIN invoices AS invoice
    ON invoice.id = applied.invoice_id
 WHERE CAST(applied.created_on AS date) IS DISTINCT FROM line.application_date
    OR applied.invoice_amount IS DISTINCT FROM invoice.total
    OR whole.amount > line.amount
    OR applied.amount_applied <= 0
    OR (whole.amount < line.amount
        AND EXISTS (SELECT FROM invoice_references AS reference
                      JOIN invoices AS other
                        ON other.id = reference.invoice_id
                       AND other.payment_method_code <> 'CC'
                     WHERE reference.invoice_number = applied.invoice_number
                       AND reference.status_code <> 'CANCELLED'
                       AND other.total > (SELECT coalesce(sum(part.amount_applied), 0) FROM applied_credits AS part
                                           WHERE part.invoice_id = other.id)))
