-- The fee invoice of a bounce, other than it is made: one line over the whole, due on the 15th of the second month.
-- source docs/specs/cas-settlement-csv.md section 8 steps 8 and 9, routing-slips.md section 3.4; midnight in Vancouver is
--        7:00 or 8:00 UTC
SELECT 'invoice ' || fee.id AS row,
       'explain invoice ' || fee.id AS next,
       fee.payment_account_id AS account_id,
       fee.created_on AS day,
       format('one line over %s; due on %s in Vancouver; its reference made with it', fee.total,
              CAST(due.day AS date)) AS expected,
       format('line %s (filing fees %s, others %s), due %s, made %s, its reference %s', line.total, line.filing_fees,
              line.others, fee.overdue_date, fee.created_on, reference.created_on) AS found
  FROM invoices AS fee
  JOIN LATERAL (
         SELECT sum(line.total) AS total,
                sum(line.filing_fees) AS filing_fees,
                sum(abs(coalesce(line.pst, 0)) + abs(coalesce(line.priority_fees, 0)) + abs(coalesce(line.service_fees, 0))
                    + abs(coalesce(line.future_effective_fees, 0))) AS others
           FROM payment_line_items AS line
          WHERE line.invoice_id = fee.id
            AND line.line_item_status_code = 'ACTIVE'
       ) AS line ON true
  LEFT JOIN LATERAL (
         SELECT min(reference.created_on) AS created_on
           FROM invoice_references AS reference
          WHERE reference.invoice_id = fee.id
       ) AS reference ON true
 CROSS JOIN LATERAL (SELECT date_trunc('month', fee.created_on) + interval '2 months 14 days' AS day) AS due
 WHERE fee.id >= :first_invoice
   AND fee.created_by = 'SYSTEM'
   AND fee.invoice_status_code <> 'CANCELLED'
   AND (fee.id IN (SELECT invoice_id FROM non_sufficient_funds) AND fee.payment_method_code = 'CC'
        OR fee.payment_method_code = 'INTERNAL'
           AND <<fee.is_nsf_fee>>)
   AND (line.total IS DISTINCT FROM fee.total
        OR line.filing_fees IS DISTINCT FROM fee.total
        OR line.others IS DISTINCT FROM 0
        OR fee.overdue_date IS NULL
        OR fee.overdue_date NOT IN (due.day + interval '7 hours', due.day + interval '8 hours')
        OR reference.created_on IS NULL
        OR reference.created_on NOT BETWEEN fee.created_on AND fee.created_on + interval '1 hour')
