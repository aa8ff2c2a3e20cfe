-- Count the partner disbursements of a distribution code that are ERRORED.
-- in     code
-- out    count
-- again  reads only
SELECT count(DISTINCT partner.id)
  FROM partner_disbursements AS partner
  LEFT JOIN refunds_partial AS refund
    ON lower(partner.target_type) = 'partial_refund' AND refund.id = partner.target_id
  JOIN payment_line_items AS line
    ON line.invoice_id = CASE lower(partner.target_type) WHEN 'invoice' THEN partner.target_id
                                                         ELSE refund.invoice_id END
  JOIN distribution_codes AS fee ON fee.distribution_code_id = line.fee_distribution_id
 WHERE partner.status_code = 'ERRORED' AND fee.disbursement_distribution_code_id = :code
