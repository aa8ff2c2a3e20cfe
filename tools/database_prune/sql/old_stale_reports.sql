-- Choose old reports whose invoices are archived.
-- in     before timestamptz, limit
-- out    id, at
-- again  reads only
SELECT report.id, report.as_of AS at
  FROM (SELECT one.*, row_number() OVER (PARTITION BY one.scope ORDER BY one.id DESC) AS nth
          FROM pay_jobs.stale_reports AS one
         WHERE one.finished_on IS NOT NULL) AS report
 WHERE report.nth > 1000
   AND report.finished_on < :before
   AND NOT EXISTS (SELECT FROM pay_jobs.stale_invoices AS invoice WHERE invoice.report_id = report.id)
 ORDER BY report.id
 LIMIT :limit
