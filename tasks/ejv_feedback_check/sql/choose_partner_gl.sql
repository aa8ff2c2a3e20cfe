-- Choose the partner GL of every line item of the invoices that had a detail line refused, and lock them.
-- out    id, is_stopped
SELECT code.distribution_code_id AS id, coalesce(code.stop_ejv, false) AS is_stopped
  FROM distribution_codes AS code
 WHERE code.distribution_code_id IN (
       SELECT fee.disbursement_distribution_code_id
         FROM feedback_items AS item
         JOIN payment_line_items AS line
           ON line.invoice_id = item.invoice_id
         JOIN distribution_codes AS fee
           ON fee.distribution_code_id = line.fee_distribution_id
        WHERE item.outcome = 'applied' AND item.refused_line IS NOT NULL
       )
 ORDER BY code.distribution_code_id
   FOR UPDATE OF code
