-- Return the invoices that take an account below zero, and what takes the money back.
-- in     temporary table partner_items
-- out    partner, gl, invoice_id, balance, part, way (how it comes back, null where that is not the question), status, batch,
--        last_on
-- source docs/specs/cgi-ejv-files.md section 5: the partner job takes partner rows in WAITING_FOR_JOB, and refunded
--        invoices whose disbursement is COMPLETED, of GL codes that are not stopped; reversals of partners without a GL
--        are switched off, and nothing but a partner row takes a part back
WITH below AS (
       SELECT partner, gl, invoice_id, sum(end_balance) AS balance, max(last_on) AS last_on, max(batch) AS batch,
              min(status) AS status,
              (array_agg(part ORDER BY end_balance))[1] AS part,
              (array_agg(refund_id ORDER BY end_balance))[1] AS refund_id
         FROM partner_items
        WHERE end_balance <> 0
        GROUP BY partner, gl, invoice_id
       HAVING sum(end_balance) < 0
     )
SELECT below.partner, below.gl, below.invoice_id, below.balance, below.part,
       CASE WHEN below.part <> 'to_take_back' THEN NULL
            WHEN coalesce(fee_code.stop_ejv, false) OR coalesce(partner_code.stop_ejv, false) THEN 'stopped'
            WHEN row.is_waiting THEN 'next_batch'
            WHEN row.is_waiting IS NOT NULL THEN 'no_row'
            WHEN below.refund_id IS NOT NULL THEN 'part_without_row'
            WHEN fee_code.disbursement_distribution_code_id IS NULL THEN 'switched_off'
            WHEN invoice.invoice_status_code IN (<<refunded>>) AND invoice.disbursement_status_code = 'COMPLETED'
            THEN 'next_batch'
            ELSE 'not_selected' END AS way,
       below.status, below.batch, below.last_on,
       CASE WHEN coalesce(fee_code.stop_ejv, false) THEN below.gl ELSE partner_code.distribution_code_id END AS stopped_gl
  FROM below
  JOIN invoices AS invoice
    ON invoice.id = below.invoice_id
  JOIN distribution_codes AS fee_code
    ON fee_code.distribution_code_id = below.gl
  LEFT JOIN distribution_codes AS partner_code
    ON partner_code.distribution_code_id = fee_code.disbursement_distribution_code_id
  LEFT JOIN LATERAL (
         SELECT bool_or(one.is_reversal AND one.status_code = 'WAITING_FOR_JOB') AS is_waiting
           FROM partner_disbursements AS one
          WHERE one.target_id = coalesce(below.refund_id, below.invoice_id)
            AND lower(one.target_type) = CASE WHEN below.refund_id IS NULL THEN 'invoice' ELSE 'partial_refund' END
            AND one.status_code <> 'CANCELLED'
       ) AS row ON below.part = 'to_take_back'
 ORDER BY below.balance, below.partner, below.gl, below.invoice_id
