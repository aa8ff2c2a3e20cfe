-- Find which invoices of a page the report before had.
-- in     before bigint or null; ids integer[]
-- out    id, whether it was stuck, and whether in the last report that was sure of it
-- again  reads only
SELECT earlier.invoice_id,
       earlier.is_stuck,
       coalesce(earlier.surely_stuck, earlier.is_stuck) AS surely_stuck
  FROM pay_jobs.stale_invoices AS earlier
 WHERE earlier.report_id = :before
   AND earlier.invoice_id = ANY (:ids)
