-- Send ministry invoices that wait for the payment job as one batch, and record it as that job does.
-- in     created_on timestamp (naive UTC), file_ref, limit
-- out    the batch; none where no invoice waits
-- again  what was sent has an active reference and waits no more
-- source docs/specs/cgi-ejv-files.md section 5
WITH waiting AS (
       SELECT invoice.id,
              invoice.payment_account_id
         FROM invoices AS invoice
        WHERE invoice.payment_method_code = 'EJV'
          AND invoice.invoice_status_code = 'APPROVED'
          AND EXISTS (SELECT FROM distribution_codes AS code
                       WHERE code.account_id = invoice.payment_account_id
                         AND NOT code.stop_ejv)
          AND NOT EXISTS (SELECT FROM invoice_references AS reference
                           WHERE reference.invoice_id = invoice.id
                             AND reference.status_code = 'ACTIVE')
        ORDER BY invoice.id
        LIMIT %(limit)s
     ),
     batch AS (
       INSERT INTO ejv_files (file_type, created_on, file_ref, disbursement_status_code)
       SELECT 'PAYMENT', %(created_on)s, %(file_ref)s, 'UPLOADED'
        WHERE EXISTS (SELECT FROM waiting)
       RETURNING id
     ),
     journals AS (
       INSERT INTO ejv_headers (ejv_file_id, payment_account_id, disbursement_status_code)
       SELECT batch.id, account.payment_account_id, 'UPLOADED'
         FROM batch
        CROSS JOIN (SELECT DISTINCT payment_account_id FROM waiting) AS account
       RETURNING id, payment_account_id
     ),
     links AS (
       INSERT INTO ejv_links (ejv_header_id, link_id, link_type, sequence, disbursement_status_code)
       SELECT journals.id,
              waiting.id,
              'invoice',
              row_number() OVER (PARTITION BY journals.id ORDER BY waiting.id),
              'UPLOADED'
         FROM waiting
         JOIN journals
           ON journals.payment_account_id = waiting.payment_account_id
       RETURNING ejv_header_id, link_id
     ),
     named AS (
       INSERT INTO invoice_references (invoice_id, invoice_number, status_code, created_on)
       SELECT link_id, 'FI' || lpad(CAST(ejv_header_id AS text), 8, '0'), 'ACTIVE', %(created_on)s
         FROM links
     )
SELECT id FROM batch
