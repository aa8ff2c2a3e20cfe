-- Stop journals on the partner GL of every line item of the invoices that had a detail line refused.
-- in     now (naive UTC)
-- out    distribution_code_id
-- again  a stopped one stays stopped
UPDATE distribution_codes AS code
   SET stop_ejv   = true,
       updated_on = :now
  FROM (SELECT DISTINCT fee.disbursement_distribution_code_id AS id
          FROM feedback_items AS item
          JOIN payment_line_items AS line
            ON line.invoice_id = item.invoice_id
          JOIN distribution_codes AS fee
            ON fee.distribution_code_id = line.fee_distribution_id
         WHERE item.outcome = 'applied' AND item.refused_line IS NOT NULL) AS refused
 WHERE code.distribution_code_id = refused.id
RETURNING code.distribution_code_id
