-- Find why invoices are not as their movements say, where something is known of them.
-- in     ids bigint[]
-- out    id, row (what it is called), cause (null where nothing is known), next (what to type)
SELECT invoice.id, 'invoice ' || invoice.id AS row, 'explain invoice ' || invoice.id AS next,
       nullif(concat_ws('; ',
         (SELECT 'diagnosis ' || stale.code
            FROM pay_jobs.stale_invoices AS stale
           WHERE stale.invoice_id = invoice.id
             AND stale.report_id = (SELECT max(id)
                                      FROM pay_jobs.stale_reports
                                     WHERE finished_on IS NOT NULL
                                       AND scope = 'method=* account=*')
           LIMIT 1),
         (SELECT format('%s line %s is rejected: %s', file.name, line.line, line.rule)
            FROM invoice_references AS reference
            JOIN pay_jobs.settlement_rows AS line
              ON line.target_number = reference.invoice_number
             AND line.outcome = 'rejected'
            JOIN pay_jobs.inbound_files AS file
              ON file.id = line.file_id
           WHERE reference.invoice_id = invoice.id
           ORDER BY line.file_id DESC, line.line
           LIMIT 1),
         (SELECT format('staff took its EFT payment %s back', link.receipt_number)
            FROM eft_credit_invoice_links AS link
           WHERE link.invoice_id = invoice.id
             AND link.status_code = 'REFUNDED'
           ORDER BY link.id DESC
           LIMIT 1),
         (SELECT format('its line in %s is not booked: batch %s is %s', file.name, part.batch_number,
                        concat_ws(': ', part.state, coalesce(part.reason, file.reason)))
            FROM ejv_links AS link
            JOIN ejv_headers AS journal
              ON journal.id = link.ejv_header_id
            JOIN pay_jobs.feedback_batches AS part
              ON part.batch_number = journal.ejv_file_id
             AND part.state IN ('waiting', 'held')
            JOIN pay_jobs.inbound_files AS file
              ON file.id = part.file_id
             AND file.state <> 'ignored'
           WHERE link.link_id = invoice.id
             AND coalesce(link.link_type, 'invoice') = 'invoice'
           ORDER BY part.file_id DESC
           LIMIT 1),
         (SELECT concat_ws(': ', format('%s is %s, and its rows are not applied', file.name, file.state), file.reason)
            FROM pay_jobs.inbound_files AS file
           WHERE file.source = 'CAS'
             AND file.state IN ('held', 'failed')
             AND invoice.payment_method_code IN ('PAD', 'ONLINE_BANKING', 'EFT')
           ORDER BY file.id DESC
           LIMIT 1),
         (SELECT format('%s is %s', operation.kind, operation.state)
            FROM pay_jobs.operations AS operation
           WHERE operation.subject = 'invoice ' || invoice.id
             AND operation.state NOT IN ('done', 'dropped')
           LIMIT 1),
         (SELECT concat_ws(': ', format('message %s (%s) of its account is %s', message.id, message.kind, message.state),
                           message.last_error)
            FROM pay_jobs.outbox AS message
           WHERE message.ordering_key = 'account:' || invoice.payment_account_id
             AND message.state IN ('pending', 'dead')
           ORDER BY message.id
           LIMIT 1),
         (SELECT format('%s wrote it in run %s', run.job, run.id)
            FROM pay_jobs.job_runs AS run
           WHERE run.job IN ('repair ejv-invoice', 'repair pad-invoice', 'repair slip-invoice')
             AND run.arguments @> jsonb_build_object('ids', jsonb_build_array(invoice.id))
             AND run.counts ? 'invoices_repaired'
           ORDER BY run.id DESC
           LIMIT 1)), '') AS cause
  FROM invoices AS invoice
 WHERE invoice.id = ANY (CAST(:ids AS bigint[]))
