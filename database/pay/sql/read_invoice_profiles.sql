-- Read the CFS profile that each invoice goes by: its own where that is complete, else the newest of its method.
-- in     ids integer[]
-- out    invoice; profile, its status, party, account, site; nothing for an invoice without a profile
--        the status is always that of the newest of its method, one in use before an inactive one
-- again  reads only
SELECT invoice.id,
       coalesce(own.id, newest.id),
       newest.status,
       CASE WHEN own.id IS NOT NULL THEN own.cfs_party ELSE newest.cfs_party END,
       CASE WHEN own.id IS NOT NULL THEN own.cfs_account ELSE newest.cfs_account END,
       CASE WHEN own.id IS NOT NULL THEN own.cfs_site ELSE newest.cfs_site END
  FROM invoices AS invoice
  LEFT JOIN cfs_accounts AS own ON own.id = invoice.cfs_account_id
   AND own.cfs_party <> '' AND own.cfs_account <> '' AND own.cfs_site <> ''
  LEFT JOIN LATERAL (
       SELECT found.id, found.status, found.cfs_party, found.cfs_account, found.cfs_site
         FROM cfs_accounts AS found
        WHERE found.account_id = invoice.payment_account_id
          AND found.payment_method = invoice.payment_method_code
        ORDER BY found.status = 'INACTIVE', found.id DESC
        LIMIT 1) AS newest ON true
 WHERE invoice.id = ANY (:ids)
   AND coalesce(own.id, newest.id) IS NOT NULL
