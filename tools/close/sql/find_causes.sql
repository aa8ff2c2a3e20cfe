-- Find why invoices are not as their movements say, where something is known of them.
-- in     invoices bigint[]
-- out    invoice_id, cause
SELECT invoice.id AS invoice_id,
       concat_ws('; ',
         (SELECT 'diagnosis ' || stale.code
            FROM pay_jobs.stale_invoices AS stale
           WHERE stale.invoice_id = invoice.id
             AND stale.report_id = (SELECT max(id) FROM pay_jobs.stale_reports WHERE finished_on IS NOT NULL)
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
         (SELECT format('%s is %s', operation.kind, operation.state)
            FROM pay_jobs.operations AS operation
           WHERE operation.subject = 'invoice ' || invoice.id
             AND operation.state NOT IN ('done', 'dropped')
           LIMIT 1),
         (SELECT format('verify %s: %s, expected %s', known.code, known.found, known.expected)
            FROM pay_jobs.known_findings AS known
           WHERE known.row = 'invoice ' || invoice.id
           ORDER BY known.code
           LIMIT 1)) AS cause
  FROM invoices AS invoice
 WHERE invoice.id = ANY (CAST(:invoices AS bigint[]))
