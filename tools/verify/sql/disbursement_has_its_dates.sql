-- An invoice whose disbursement state and dates do not go together, or that no batch and no partner row disburses, or waits for none.
-- source docs/specs/cgi-ejv-files.md section 5 (a link for each, when it is UPLOADED) and section 7.2. A share that CGI
--        refused can be accepted after the row that gives it back (sections 5.1 and 7.2)
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       'a link or partner row of it; COMPLETED with its day, REVERSED with both' AS expected,
       format('disbursement %s on %s, reversed on %s', coalesce(invoice.disbursement_status_code, 'none'),
              coalesce(CAST(invoice.disbursement_date AS text), 'no day'),
              coalesce(CAST(invoice.disbursement_reversal_date AS text), 'no day')) AS found
  FROM invoices AS invoice
 WHERE invoice.id >= :first_invoice
   AND (invoice.disbursement_status_code IS NOT NULL
        OR invoice.disbursement_date IS NOT NULL
        OR invoice.disbursement_reversal_date IS NOT NULL)
   AND ((invoice.disbursement_status_code = 'COMPLETED' AND invoice.disbursement_date IS NULL
        AND NOT EXISTS (SELECT FROM partner_disbursements AS partner
                         WHERE partner.target_id = invoice.id
                           AND lower(partner.target_type) = 'invoice'))
    OR (invoice.disbursement_status_code = 'REVERSED' AND invoice.disbursement_reversal_date IS NULL)
    OR (invoice.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
        AND (SELECT link.disbursement_status_code
               FROM ejv_links AS link
               JOIN ejv_headers AS header
                 ON header.id = link.ejv_header_id
               JOIN ejv_files AS file
                 ON file.id = header.ejv_file_id
                AND file.file_type <> 'PAYMENT'
              WHERE link.link_id = invoice.id
                AND coalesce(link.link_type, 'invoice') = 'invoice'
              ORDER BY link.id DESC
              LIMIT 1) IN ('COMPLETED', 'ERRORED'))
    OR (invoice.disbursement_reversal_date IS NOT NULL
        AND coalesce(invoice.disbursement_status_code, '') <> 'REVERSED'
        AND NOT EXISTS (SELECT FROM partner_disbursements AS partner
                         WHERE partner.target_id = invoice.id
                           AND lower(partner.target_type) = 'invoice'
                           AND partner.is_reversal
                           AND partner.status_code = 'REVERSED'))
    OR (invoice.disbursement_date IS NOT NULL AND invoice.disbursement_status_code IS NULL)
    OR (invoice.disbursement_status_code IS NOT NULL
        AND NOT EXISTS (SELECT FROM ejv_links AS link
                          JOIN ejv_headers AS header
                            ON header.id = link.ejv_header_id
                          JOIN ejv_files AS file
                            ON file.id = header.ejv_file_id
                           AND file.file_type <> 'PAYMENT'
                         WHERE link.link_id = invoice.id
                           AND coalesce(link.link_type, 'invoice') = 'invoice')
        AND NOT EXISTS (SELECT FROM partner_disbursements AS partner
                         WHERE partner.target_id = invoice.id
                           AND lower(partner.target_type) = 'invoice')))
