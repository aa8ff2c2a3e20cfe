-- Find which invoices of a page the report before had.
-- in     before bigint or null; ids integer[]
-- out    the ids
-- again  reads only
SELECT earlier.invoice_id
  FROM pay_jobs.stale_invoices AS earlier
 WHERE earlier.report_id = :before
   AND earlier.invoice_id = ANY (:ids)
