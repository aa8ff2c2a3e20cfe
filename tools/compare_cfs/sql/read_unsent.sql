-- Read where cancelled invoices would be in CFS.
-- in     keys text[] (ids)
-- out    key, id, total, site
-- again  reads only
SELECT lpad(invoice.id::text, 10, '0'), invoice.id, invoice.total, place.cfs_party, place.cfs_account, place.cfs_site
  FROM invoices AS invoice
  LEFT JOIN LATERAL (SELECT * FROM cfs_accounts AS known
                      WHERE known.id = invoice.cfs_account_id
                         OR invoice.cfs_account_id IS NULL AND known.account_id = invoice.payment_account_id
                      ORDER BY known.status = 'INACTIVE', known.id DESC
                      LIMIT 1) AS place ON true
 WHERE invoice.id = ANY (CAST(:keys AS integer[]))
