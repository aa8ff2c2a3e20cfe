-- Read the invoices that were asked for, with their references and the CFS profile they were sent under.
-- in     ids integer[]
-- out    one row an invoice that exists
-- again  reads only
SELECT invoice.id,
       invoice.invoice_status_code       AS status,
       invoice.payment_method_code       AS method,
       invoice.total,
       invoice.created_on,
       invoice.payment_date,
       active.invoice_number             AS number,
       coalesce(active.is_consolidated, false) AS is_consolidated,
       coalesce(active.created_on, invoice.created_on) AS sent_on,
       completed.invoice_number          AS completed_number,
       cfs.cfs_party                     AS party,
       cfs.cfs_account                   AS account,
       cfs.cfs_site                      AS site,
       cfs.status                        AS profile_status,
       cfs.payment_instrument_number IS NOT NULL AS has_instrument,
       account.pad_activation_date       AS active_from
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
  LEFT JOIN cfs_accounts AS cfs
    ON cfs.id = invoice.cfs_account_id
  LEFT JOIN LATERAL (
         SELECT reference.invoice_number, reference.is_consolidated, reference.created_on
           FROM invoice_references AS reference
          WHERE reference.invoice_id = invoice.id
            AND reference.status_code = 'ACTIVE'
          ORDER BY reference.id DESC
          LIMIT 1
       ) AS active ON true
  LEFT JOIN LATERAL (
         SELECT reference.invoice_number
           FROM invoice_references AS reference
          WHERE reference.invoice_id = invoice.id
            AND reference.status_code = 'COMPLETED'
          ORDER BY reference.id DESC
          LIMIT 1
       ) AS completed ON true
 WHERE invoice.id = ANY (:ids)
 ORDER BY invoice.id
