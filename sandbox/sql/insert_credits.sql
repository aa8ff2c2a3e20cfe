-- Write the credit memo of each credited invoice, none of it spent.
-- in     demo_invoices, cfs_accounts
-- out    one row per credited invoice
-- again  refused by the primary key
INSERT INTO credits (
       id, account_id, created_invoice_id, cfs_identifier, cfs_site, is_credit_memo, amount, remaining_amount, created_on
)
SELECT row_number() OVER (ORDER BY bought.id),
       bought.account_id,
       bought.id,
       'CM' || lpad(bought.id::text, 8, '0'),
       cfs.cfs_site,
       TRUE,
       bought.total,
       bought.total,
       bought.settled_on + interval '1 hour'
  FROM demo_invoices AS bought
  JOIN cfs_accounts AS cfs ON cfs.id = bought.cfs_account_id
 WHERE bought.outcome = 'CREDITED'
 ORDER BY bought.id
