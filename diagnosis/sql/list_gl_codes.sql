-- List the GL codes on either side of the journals of invoices, as the tables hold them now.
-- in     invoices integer[], today, is_disbursement: whether of what a partner gets, or of what a ministry pays; NULL: both
-- out    invoice, owner, code (its id), gl (its segments, ? for one that is blank)
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 5: which GL stands on which side
WITH side AS (
       SELECT invoice.id AS invoice, 'the ministry' AS owner, code.distribution_code_id AS code
         FROM invoices AS invoice
         JOIN distribution_codes AS code
           ON code.account_id = invoice.payment_account_id
          AND code.start_date <= :today
          AND coalesce(code.end_date, :today) >= :today
        WHERE invoice.id = ANY (:invoices)
          AND CAST(:is_disbursement AS boolean) IS NOT TRUE
        UNION
       SELECT line.invoice_id, one.owner, one.code
         FROM payment_line_items AS line
         JOIN distribution_codes AS fee
           ON fee.distribution_code_id = line.fee_distribution_id
        CROSS JOIN LATERAL (
                VALUES ('BC Registries', fee.distribution_code_id, line.total > 0),
                       ('the partner', fee.disbursement_distribution_code_id,
                        CAST(:is_disbursement AS boolean) IS NOT FALSE),
                       ('BC Registries', fee.service_fee_distribution_code_id,
                        CAST(:is_disbursement AS boolean) IS NOT TRUE AND line.service_fees > 0),
                       ('BC Registries', fee.service_fee_gst_distribution_code_id,
                        CAST(:is_disbursement AS boolean) IS NOT TRUE AND line.service_fees_gst > 0),
                       ('BC Registries', fee.statutory_fees_gst_distribution_code_id,
                        CAST(:is_disbursement AS boolean) IS NOT TRUE AND line.statutory_fees_gst > 0)
              ) AS one (owner, code, is_used)
        WHERE line.invoice_id = ANY (:invoices)
          AND line.line_item_status_code = 'ACTIVE'
          AND one.is_used
     )
SELECT side.invoice, side.owner, side.code,
       concat_ws('.', coalesce(nullif(btrim(gl.client), ''), '?'),
                      coalesce(nullif(btrim(gl.responsibility_centre), ''), '?'),
                      coalesce(nullif(btrim(gl.service_line), ''), '?'),
                      coalesce(nullif(btrim(gl.stob), ''), '?'),
                      coalesce(nullif(btrim(gl.project_code), ''), '?')) AS gl
  FROM side
  JOIN distribution_codes AS gl
    ON gl.distribution_code_id = side.code
 ORDER BY side.invoice, side.owner, side.code
