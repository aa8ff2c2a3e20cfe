-- List the credit memos of a time.
-- in     as list_invoices.sql
-- out    ids as text of ten digits, in order
-- again  reads only
SELECT lpad(credit.id::text, 10, '0') AS id
  FROM credits AS credit
  LEFT JOIN payment_accounts AS account ON account.id = credit.account_id
 WHERE credit.is_credit_memo
   AND lpad(credit.id::text, 10, '0') > :after
   AND credit.created_on >= :since
   AND credit.created_on < :until
   AND (CAST(:method AS text) IS NULL OR :method IN ('PAD', 'ONLINE_BANKING'))
   AND (CAST(:account AS text) IS NULL OR account.auth_account_id = :account)
 ORDER BY CASE WHEN :is_sample THEN md5(credit.id::text) END, 1
 LIMIT :most
