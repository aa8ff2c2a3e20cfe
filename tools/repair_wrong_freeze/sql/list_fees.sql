-- List the NSF fees of an account's freezes that are not paid, and where CFS has them.
-- in     account_id
-- out    file_id, line, invoice_id, number, amount, party, account, site
-- again  reads only
SELECT kept.file_id,
       kept.line,
       fee.id AS invoice_id,
       line.target_number AS number,
       fee.total AS amount,
       coalesce(billed.cfs_party, '') AS party,
       coalesce(billed.cfs_account, '') AS account,
       coalesce(billed.cfs_site, '') AS site
  FROM pay_jobs.bounce_rows AS kept
  JOIN invoices AS fee
    ON fee.id = kept.row_id
   AND fee.payment_account_id = :account_id
   AND fee.invoice_status_code = 'CREATED'
   AND coalesce(fee.paid, 0) = 0
  JOIN pay_jobs.settlement_rows AS line
    ON line.file_id = kept.file_id
   AND line.line    = kept.line
  LEFT JOIN LATERAL (
         SELECT cfs.cfs_party, cfs.cfs_account, cfs.cfs_site
           FROM cfs_accounts AS cfs
          WHERE cfs.account_id  = :account_id
            AND cfs.cfs_account = line.customer_account
            AND cfs.cfs_party <> ''
            AND cfs.cfs_site <> ''
          ORDER BY cfs.id = fee.cfs_account_id DESC,
                   cfs.id DESC
          LIMIT 1
       ) AS billed ON true
 WHERE kept.pay_table = 'invoices'
   AND kept.was IS NULL
   AND kept.undone_on IS NULL
 ORDER BY kept.file_id,
          kept.line
