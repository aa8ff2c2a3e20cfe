-- Find the newest batch in which CGI refused something over a distribution code: an account's, or a partner's.
-- in     code
-- out    batch, file_type, feedback (the file of the answer, may be NULL), links, message (of one of them); no row where
--        nothing of it is refused
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 7. A partial refund stops the GL of its invoice's partner.
SELECT file.id AS batch, file.file_type, file.feedback_file_ref AS feedback, count(DISTINCT link.id) AS links,
       max(link.message) AS message
  FROM distribution_codes AS code
  JOIN ejv_files AS file
    ON file.file_type IN ('PAYMENT', 'DISBURSEMENT')
  JOIN ejv_headers AS header
    ON header.ejv_file_id = file.id
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
   AND link.disbursement_status_code = 'ERRORED'
   AND coalesce(link.message, '') NOT LIKE 'Voided%'
  LEFT JOIN refunds_partial AS refund
    ON link.link_type = 'partial_refund'
   AND refund.id = link.link_id
 WHERE code.distribution_code_id = :code
   AND (file.file_type = 'PAYMENT'
        AND header.payment_account_id = code.account_id
        OR file.file_type = 'DISBURSEMENT'
        AND EXISTS (SELECT
                      FROM payment_line_items AS line
                      JOIN distribution_codes AS fee
                        ON fee.distribution_code_id = line.fee_distribution_id
                     WHERE line.invoice_id = CASE link.link_type WHEN 'partial_refund' THEN refund.invoice_id
                                                                 ELSE link.link_id END
                       AND fee.disbursement_distribution_code_id = code.distribution_code_id))
 GROUP BY file.id
 ORDER BY file.id DESC
 LIMIT 1
