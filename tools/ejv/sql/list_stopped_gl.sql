-- List the distribution codes of a batch on which journals are stopped: of its accounts, or of the partners of what CGI did
-- not accept, also where a newer batch has that too.
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
              FROM ejv_headers AS header
              JOIN ejv_links AS link
                ON link.ejv_header_id = header.id
               AND coalesce(link.disbursement_status_code, '') <> 'COMPLETED'
              LEFT JOIN refunds_partial AS refund
                ON link.link_type = 'partial_refund'
               AND refund.id = link.link_id
              JOIN payment_line_items AS line
                ON line.invoice_id = CASE link.link_type WHEN 'partial_refund' THEN refund.invoice_id ELSE link.link_id END
              JOIN distribution_codes AS fee
                ON fee.distribution_code_id = line.fee_distribution_id
             WHERE header.ejv_file_id = :batch))
 ORDER BY code.distribution_code_id
