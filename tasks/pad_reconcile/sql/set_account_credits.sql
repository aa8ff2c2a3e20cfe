-- Set the sums of an account's open credits.
-- in     account_id, pad, bank, eft (add_up_credits.sql)
-- out    nothing
UPDATE payment_accounts
   SET pad_credit = :pad,
       ob_credit = :bank,
       eft_credit = :eft
 WHERE id = :account_id
