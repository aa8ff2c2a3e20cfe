-- A billed ministry's invoice that is out or paid though no batch holds it, or more than one charged it.
-- source docs/specs/invoice-lifecycle.md section 5.2 (J14, J15)
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       'one batch that charges it' AS expected,
       format('%s, reference %s, charged by %s', invoice.invoice_status_code, coalesce(reference.statuses, 'none'),
              coalesce(charge.numbers, 'none')) AS found
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
  LEFT JOIN LATERAL (
         SELECT string_agg(one.status_code, ', ') AS statuses, bool_or(one.status_code = 'ACTIVE') AS is_active
           FROM invoice_references AS one
          WHERE one.invoice_id = invoice.id
       ) AS reference ON true
  LEFT JOIN LATERAL (
         SELECT count(*) FILTER (WHERE link.disbursement_status_code = 'COMPLETED') AS completed,
                count(*) AS count,
                string_agg(CAST(header.ejv_file_id AS text), ', ' ORDER BY header.ejv_file_id)
                  FILTER (WHERE link.disbursement_status_code = 'COMPLETED') AS numbers
           FROM ejv_links AS link
           JOIN ejv_headers AS header
             ON header.id = link.ejv_header_id
           JOIN ejv_files AS file
             ON file.id = header.ejv_file_id
            AND file.file_type = 'PAYMENT'
          WHERE link.link_id = invoice.id
            AND coalesce(link.link_type, 'invoice') = 'invoice'
       ) AS charge ON true
 WHERE invoice.id >= :first_invoice
   AND invoice.payment_method_code = 'EJV'
   AND coalesce(account.billable, true)
   AND ((reference.is_active AND charge.count = 0)
        OR (charge.completed > 1 AND invoice.invoice_status_code IN ('APPROVED', 'PAID')))
