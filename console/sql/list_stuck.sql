-- List the stuck invoices of a report, in the order of their ids.
-- in     report, code or null for any, after (invoice id), limit
-- out    invoice_id, code, total
-- again  reads only
SELECT invoice_id, code, total
  FROM pay_jobs.stale_invoices
 WHERE report_id = :report
   AND is_stuck
   AND invoice_id > :after
   AND (CAST(:code AS text) IS NULL OR code = :code)
 ORDER BY invoice_id
 LIMIT :limit
