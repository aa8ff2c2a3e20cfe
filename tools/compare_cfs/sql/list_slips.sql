-- List the routing slips of a time that stand for themselves and can be spent.
-- in     as list_invoices.sql
-- out    numbers, in order
-- again  reads only
SELECT slip.number
  FROM routing_slips AS slip
  LEFT JOIN payment_accounts AS account ON account.id = slip.payment_account_id
 WHERE slip.number > :after
   AND slip.status IN ('ACTIVE', 'COMPLETE')
   AND slip.parent_number IS NULL
   AND slip.created_on >= :since
   AND slip.created_on < :until
   AND (CAST(:method AS text) IS NULL OR :method = 'INTERNAL')
   AND (CAST(:account AS text) IS NULL OR account.auth_account_id = :account)
 ORDER BY CASE WHEN :is_sample THEN md5(slip.number) END, slip.number
 LIMIT :most
