-- Choose some of the invoices whose accounts a held file would freeze, spread over all of them.
-- in     file_id, count
-- out    customer_account, invoice_number, cfs_party, cfs_account, cfs_site
-- again  chooses the same
SELECT frozen.customer_account, frozen.invoice_number, profile.cfs_party, profile.cfs_account, profile.cfs_site
  FROM pay_jobs.fuse_accounts AS frozen
 CROSS JOIN LATERAL (
         SELECT coalesce(cfs.cfs_party, '') AS cfs_party, cfs.cfs_account, coalesce(cfs.cfs_site, '') AS cfs_site
           FROM cfs_accounts AS cfs
          WHERE cfs.cfs_account = frozen.customer_account
          ORDER BY cfs.cfs_party <> '' AND cfs.cfs_site <> '' DESC NULLS LAST,
                   cfs.id DESC
          LIMIT 1
       ) AS profile
 WHERE frozen.file_id = :file_id
 ORDER BY md5(frozen.invoice_number),
          frozen.line
 LIMIT :count
