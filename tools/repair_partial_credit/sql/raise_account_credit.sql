-- Raise the PAD credit of the account by what is left of the memo.
-- in     account_id, remaining
-- out    the number of rows
-- again  as for the credit
UPDATE payment_accounts
   SET pad_credit = coalesce(pad_credit, 0) + :remaining
 WHERE id = :account_id
