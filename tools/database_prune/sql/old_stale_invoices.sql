-- Choose the invoices of old reports.
-- in     before timestamptz, limit
-- out    report_id, invoice_id, at
-- again  reads only
SELECT invoice.report_id, invoice.invoice_id, report.as_of AS at
  FROM (SELECT one.*, row_number() OVER (PARTITION BY one.scope ORDER BY one.id DESC) AS nth
          FROM pay_jobs.stale_reports AS one
         WHERE one.finished_on IS NOT NULL) AS report
  JOIN pay_jobs.stale_invoices AS invoice
    ON invoice.report_id = report.id
 WHERE report.nth > 1000
   AND report.finished_on < :before
 ORDER BY invoice.report_id, invoice.invoice_id
 LIMIT :limit
