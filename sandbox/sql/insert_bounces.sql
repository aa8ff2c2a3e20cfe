-- Note the PAD payments that bounced.
-- in     demo_invoices, invoice_references, cfs_accounts
-- out    one row per bounced invoice
-- again  refused by the primary key
INSERT INTO non_sufficient_funds (id, invoice_id, invoice_number, cfs_account, description)
SELECT row_number() OVER (ORDER BY bought.id),
       bought.id,
       reference.invoice_number,
       cfs.cfs_account,
       'NON SUFFICIENT FUNDS'
  FROM demo_invoices AS bought
  JOIN invoice_references AS reference ON reference.invoice_id = bought.id
  JOIN cfs_accounts AS cfs ON cfs.id = bought.cfs_account_id
 WHERE bought.outcome = 'BOUNCED'
 ORDER BY bought.id
