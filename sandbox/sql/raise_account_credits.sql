-- Raise the credit of each account by its credit memos.
-- in     demo_invoices
-- out    one row per account with a credit memo
-- again  the same amounts
WITH credited AS (
    SELECT account_id,
           coalesce(sum(total) FILTER (WHERE method = 'PAD'), 0) AS pad_credit,
           coalesce(sum(total) FILTER (WHERE method = 'ONLINE_BANKING'), 0) AS ob_credit
      FROM demo_invoices
     WHERE outcome = 'CREDITED'
     GROUP BY account_id
)
UPDATE payment_accounts AS account
   SET pad_credit = credited.pad_credit,
       ob_credit = credited.ob_credit
  FROM credited
 WHERE account.id = credited.account_id
