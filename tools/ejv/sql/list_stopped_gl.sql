-- List the distribution codes of a batch on which journals are stopped: of its accounts, or of its partners.
-- in     batch, file_type
-- out    distribution_code_id
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 7. A partial refund stops the GL of its invoice's partner.
SELECT code.distribution_code_id
  FROM distribution_codes AS code
 WHERE code.stop_ejv
   AND (:file_type = 'PAYMENT'
        AND code.account_id IN (SELECT payment_account_id FROM ejv_headers WHERE ejv_file_id = :batch)
        OR :file_type <> 'PAYMENT'
        AND code.distribution_code_id IN (
            SELECT fee.disbursement_distribution_code_id
              FROM voided
              LEFT JOIN refunds_partial AS refund
                ON voided.link_type = 'partial_refund'
               AND refund.id = voided.link_id
              JOIN payment_line_items AS line
                ON line.invoice_id = coalesce(voided.invoice_id, refund.invoice_id)
              JOIN distribution_codes AS fee
                ON fee.distribution_code_id = line.fee_distribution_id))
 ORDER BY code.distribution_code_id
