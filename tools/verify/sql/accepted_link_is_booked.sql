-- An accepted link whose invoice, refund or partner row does not say so.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 7.2; invoice-lifecycle.md section 5.2 (J12). A reversal that was accepted for
--        an invoice which is still owed is reported and leaves it; several links of one item: the last that was accepted
--        or is newer decides
SELECT CASE link.kind WHEN 'invoice' THEN 'invoice ' ELSE 'partial refund ' END || link.link_id AS row,
       CASE WHEN link.kind = 'invoice' THEN 'explain invoice ' || link.link_id ELSE 'explain batch ' || link.batch END AS next,
       link.payment_account_id AS account_id,
       link.created_on AS day,
       CASE WHEN link.file_type = 'PAYMENT' AND link.kind = 'invoice' THEN 'an invoice that is paid or was paid back, with a completed reference'
            WHEN link.file_type = 'PAYMENT' THEN 'REFUND_PROCESSED with its day'
            ELSE 'a disbursement that is COMPLETED or REVERSED, with its day' END AS expected,
       CASE WHEN link.kind = 'invoice'
            THEN format('invoice %s %s, disbursement %s on %s, reversed on %s%s', invoice.id, invoice.invoice_status_code,
                        coalesce(invoice.disbursement_status_code, 'none'), invoice.disbursement_date,
                        invoice.disbursement_reversal_date,
                        CASE WHEN partner.ids IS NOT NULL THEN format(', partner rows %s', partner.ids) END)
            ELSE format('refund %s %s, posted %s', refund.id, refund.status, refund.gl_posted) END AS found
  FROM (SELECT DISTINCT ON (file.file_type, coalesce(one.link_type, 'invoice'), one.link_id, header.partner_code)
               one.id, one.link_id, one.disbursement_status_code,
               coalesce(one.link_type, 'invoice') AS kind,
               file.file_type, file.id AS batch, file.created_on, header.payment_account_id, header.partner_code
          FROM ejv_links AS one
          JOIN ejv_headers AS header
            ON header.id = one.ejv_header_id
          JOIN ejv_files AS file
            ON file.id = header.ejv_file_id
           AND file.file_type IN ('PAYMENT', 'DISBURSEMENT', 'NON_GOV_DISBURSEMENT')
           AND file.id >= :first_batch
         ORDER BY file.file_type, coalesce(one.link_type, 'invoice'), one.link_id, header.partner_code, one.id DESC) AS link
  LEFT JOIN invoices AS invoice
    ON link.kind = 'invoice'
   AND invoice.id = link.link_id
  LEFT JOIN refunds_partial AS refund
    ON link.kind = 'partial_refund'
   AND refund.id = link.link_id
  LEFT JOIN LATERAL (
         SELECT string_agg(format('%s %s', row.id, row.status_code), ', ' ORDER BY row.id) AS ids,
                bool_or(row.status_code IN ('COMPLETED', 'REVERSED')) AS is_booked
           FROM partner_disbursements AS row
          WHERE row.target_id = link.link_id
            AND lower(row.target_type) = link.kind
            AND row.partner_code = link.partner_code
       ) AS partner ON link.file_type = 'DISBURSEMENT'
 WHERE link.disbursement_status_code = 'COMPLETED'
   AND CASE WHEN link.file_type = 'PAYMENT' AND link.kind = 'invoice'
            THEN invoice.invoice_status_code IN ('APPROVED', 'CREATED', 'OVERDUE', 'SETTLEMENT_SCHED')
                 AND NOT EXISTS (SELECT FROM pay_jobs.feedback_lines AS line
                                  WHERE line.batch_number = link.batch
                                    AND line.subject = CAST(link.link_id AS text)
                                  GROUP BY line.journal
                                 HAVING chr((min(ARRAY[line.line, ascii(line.side)]))[2]) = 'D')
                 OR invoice.invoice_status_code = 'REFUNDED'
                    AND invoice.payment_method_code = 'EJV'
                    AND NOT EXISTS (SELECT FROM invoice_references AS reference
                                     WHERE reference.invoice_id = invoice.id
                                       AND reference.status_code = 'COMPLETED')
            WHEN link.file_type = 'PAYMENT'
            THEN refund.status IS DISTINCT FROM 'REFUND_PROCESSED' OR refund.gl_posted IS NULL
            WHEN NOT partner.is_booked THEN true
            WHEN link.kind = 'partial_refund' THEN false
            ELSE coalesce(invoice.disbursement_status_code, '') NOT IN ('COMPLETED', 'REVERSED')
                 OR invoice.disbursement_status_code = 'COMPLETED' AND invoice.disbursement_date IS NULL AND partner.ids IS NULL
                 OR invoice.disbursement_status_code = 'REVERSED' AND invoice.disbursement_reversal_date IS NULL END
