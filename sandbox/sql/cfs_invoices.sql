-- List the invoices that CFS has: one per number, over all that is collected under it.
-- in     nothing
-- out    one row per number that is open, or was paid by a routing slip, as a seed of the simulator
-- again  reads only
SELECT cfs.cfs_site AS site_number,
       reference.invoice_number,
       sum(invoice.total) AS total,
       min(reference.reference_number) AS pbc_ref_number
  FROM invoice_references AS reference
  JOIN invoices AS invoice ON invoice.id = reference.invoice_id
  JOIN cfs_accounts AS cfs ON cfs.id = invoice.cfs_account_id
 WHERE (
       reference.status_code = 'ACTIVE'
       OR (reference.status_code = 'COMPLETED' AND invoice.payment_method_code = 'INTERNAL')
   )
   AND cfs.cfs_site IS NOT NULL
 GROUP BY cfs.cfs_site, reference.invoice_number
 ORDER BY min(invoice.id)
