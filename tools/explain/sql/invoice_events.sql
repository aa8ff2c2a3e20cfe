-- Tell what happened to one invoice.
-- in     id
-- out    at (naive UTC; a day where only the day is known), what, detail
-- again  reads only
-- source docs/specs/invoice-lifecycle.md sections 1, 2 and 4
WITH numbers AS (
       SELECT DISTINCT invoice_number FROM invoice_references WHERE invoice_id = :id AND invoice_number IS NOT NULL
     ),
     links AS (
       SELECT link.*, header.ejv_file_id AS batch_number
         FROM ejv_links AS link
         JOIN ejv_headers AS header ON header.id = link.ejv_header_id
        WHERE link.link_id = :id AND coalesce(link.link_type, 'invoice') = 'invoice'
           OR link.link_id IN (SELECT id FROM refunds_partial WHERE invoice_id = :id) AND link.link_type = 'partial_refund'
     )
SELECT at, what, detail
  FROM (
       SELECT invoice.created_on AS at, 1 AS rank, 'created' AS what,
              'by ' || invoice.created_by || ', ' || invoice.payment_method_code || ', ' || invoice.total || ' CAD' AS detail
         FROM invoices AS invoice WHERE invoice.id = :id
       UNION ALL
       SELECT reference.created_on, 2, 'reference made',
              'CFS number ' || coalesce(reference.invoice_number, '(none)')
              || CASE WHEN reference.is_consolidated THEN ', consolidated' ELSE '' END
              || coalesce(', PayBC ' || reference.reference_number, '') || ', now ' || reference.status_code
         FROM invoice_references AS reference WHERE reference.invoice_id = :id
       UNION ALL
       SELECT CAST(line.application_date AS timestamp), 3, 'settlement row ' || line.outcome,
              file.name || ' line ' || line.line || ': ' || line.record_type || ' ' || line.amount || ', ' || line.status
              || coalesce(', ' || nullif(line.rule, ''), '')
         FROM pay_jobs.settlement_rows AS line
         JOIN pay_jobs.inbound_files AS file ON file.id = line.file_id
        WHERE line.target_number IN (SELECT invoice_number FROM numbers)
       UNION ALL
       SELECT file.created_on, 4, 'journal voucher made',
              coalesce(file.file_type, '?') || ' batch ' || file.id || ' (' || file.file_ref || '), journal ' || link.ejv_header_id
              || CASE WHEN link.link_type = 'partial_refund' THEN ', partial refund ' || link.link_id ELSE '' END
              || coalesce(', now ' || link.disbursement_status_code, '') || coalesce(': ' || nullif(link.message, ''), '')
         FROM links AS link
         JOIN ejv_files AS file ON file.id = link.batch_number
       UNION ALL
       SELECT file.received_on AT TIME ZONE 'UTC', 5, 'feedback line ' || line.outcome,
              file.name || ' line ' || line.line || ': code ' || coalesce(line.code, '?')
              || coalesce(', ' || line.amount || ' ' || line.side, '') || coalesce(', ' || nullif(line.message, ''), '')
         FROM pay_jobs.feedback_batches AS batch
         JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = batch.file_id
          AND line.line BETWEEN batch.first_line AND batch.last_line
        WHERE batch.batch_number IN (SELECT batch_number FROM links)
          AND split_part(line.subject, '-', 1) = CAST(:id AS text)
       UNION ALL
       SELECT receipt.receipt_date, 6, 'receipt',
              receipt.receipt_number || ', ' || CAST(receipt.receipt_amount AS numeric(19,2)) || ' CAD'
         FROM receipts AS receipt WHERE receipt.invoice_id = :id
       UNION ALL
       SELECT payment.payment_date, 7, 'payment ' || coalesce(payment.payment_status_code, '?'),
              payment.payment_method_code || ' for ' || payment.invoice_number || ', '
              || coalesce(CAST(payment.paid_amount AS numeric(19,2)), 0) || ' of '
              || coalesce(CAST(payment.invoice_amount AS numeric(19,2)), 0) || ' CAD'
              || coalesce(', receipt ' || payment.receipt_number, '')
         FROM payments AS payment WHERE payment.invoice_number IN (SELECT invoice_number FROM numbers)
       UNION ALL
       SELECT applied.created_on, 8, 'credit applied',
              applied.amount_applied || ' CAD of ' || applied.cfs_identifier || ' (application ' || applied.application_id || ')'
         FROM applied_credits AS applied WHERE applied.invoice_id = :id
       UNION ALL
       SELECT credit.created_on, 9, 'credit made of it',
              credit.cfs_identifier || ', ' || CAST(credit.amount AS numeric(19,2)) || ' CAD, '
              || CAST(credit.remaining_amount AS numeric(19,2)) || ' left'
         FROM credits AS credit WHERE credit.created_invoice_id = :id
       UNION ALL
       SELECT NULL, 10, 'bounced', 'number ' || bounced.invoice_number || coalesce(': ' || bounced.description, '')
              || ', fee invoice ' || bounced.invoice_id
         FROM non_sufficient_funds AS bounced
        WHERE bounced.invoice_number IN (SELECT invoice_number FROM numbers)
       UNION ALL
       SELECT refund.requested_date, 11, 'refund asked for',
              refund.type || ', now ' || refund.status || coalesce(': ' || refund.reason, '') || coalesce(', error: ' || refund.gl_error, '')
         FROM refunds AS refund WHERE refund.invoice_id = :id
       UNION ALL
       SELECT part.created_on, 12, 'partial refund made',
              part.refund_amount || ' CAD' || coalesce(' ' || part.refund_type, '')
              || CASE WHEN part.is_credit THEN ', as credit' ELSE '' END || coalesce(', now ' || part.status, '') || coalesce(', error: ' || part.gl_error, '')
         FROM refunds_partial AS part WHERE part.invoice_id = :id
       UNION ALL
       SELECT operation.created_on AT TIME ZONE 'UTC', 12, operation.kind || ' ' || operation.state,
              concat_ws(', ', operation.amount || ' CAD', 'memo ' || (step.answer ->> 'credit_memo'),
                        'because ' || operation.reason)
         FROM pay_jobs.operations AS operation
         LEFT JOIN pay_jobs.operation_steps AS step
           ON step.operation_id = operation.id AND step.kind = 'create credit memo'
        WHERE operation.subject = 'invoice ' || :id
       UNION ALL
       SELECT link.created_on, 13, 'EFT link made',
              coalesce(link.amount, 0) || ' CAD, now ' || link.status_code || coalesce(', receipt ' || link.receipt_number, '')
         FROM eft_credit_invoice_links AS link WHERE link.invoice_id = :id
       UNION ALL
       SELECT CAST(statement.to_date AS timestamp), 14, 'on statement ' || statement.id,
              coalesce(statement.frequency, '') || ' ' || statement.from_date || ' to ' || statement.to_date
              || CASE WHEN statement.is_interim_statement THEN ', interim' ELSE '' END
              || ', mail ' || coalesce(statement.notification_status_code, '?')
         FROM statement_invoices AS listed
         JOIN statements AS statement ON statement.id = listed.statement_id
        WHERE listed.invoice_id = :id
       UNION ALL
       SELECT message.created_on AT TIME ZONE 'UTC', 15, 'outbox message made',
              message.channel || ' ' || message.kind || ' (message ' || message.id || '), now ' || message.state
         FROM pay_jobs.outbox AS message
        WHERE message.ordering_key = (SELECT 'account:' || payment_account_id FROM invoices WHERE id = :id)
          AND message.created_on >= (SELECT created_on AT TIME ZONE 'UTC' - interval '1 day' FROM invoices WHERE id = :id)
          AND (   message.payload ->> 'invoice_number' IN (SELECT invoice_number FROM numbers)
               OR message.payload -> 'data' ->> 'id' = CAST(:id AS text))
       UNION ALL
       SELECT invoice.disbursement_date, 16, 'partner paid', coalesce(invoice.disbursement_status_code, '')
         FROM invoices AS invoice WHERE invoice.id = :id AND invoice.disbursement_date IS NOT NULL
       UNION ALL
       SELECT invoice.disbursement_reversal_date, 16, 'partner share taken back', ''
         FROM invoices AS invoice WHERE invoice.id = :id AND invoice.disbursement_reversal_date IS NOT NULL
       UNION ALL
       SELECT share.created_on, 16, CASE WHEN share.is_reversal THEN 'partner share to take back' ELSE 'partner share due' END,
              share.partner_code || ' ' || share.amount || ' CAD, now ' || share.status_code
              || coalesce(', sent ' || CAST(share.processed_on AS date), '')
              || coalesce(', answered ' || CAST(share.feedback_on AS date), '')
              || ' (partner row ' || share.id || ')'
         FROM partner_disbursements AS share
        WHERE lower(share.target_type) = 'invoice' AND share.target_id = :id
           OR lower(share.target_type) = 'partial_refund'
              AND share.target_id IN (SELECT id FROM refunds_partial WHERE invoice_id = :id)
       UNION ALL
       SELECT invoice.payment_date, 17, 'known to be paid (payment_date)', invoice.paid || ' CAD'
         FROM invoices AS invoice WHERE invoice.id = :id AND invoice.payment_date IS NOT NULL
       UNION ALL
       SELECT invoice.refund_date, 18, 'known to be undone (refund_date)', coalesce(invoice.refund, 0) || ' CAD'
         FROM invoices AS invoice WHERE invoice.id = :id AND invoice.refund_date IS NOT NULL
       ) AS events
 ORDER BY at NULLS LAST, rank, detail
