-- List the statement settings of an account.
-- in     account (auth account id)
-- out    frequency, from_date, to_date; one row of nulls for an account without settings, none where there is no account
-- again  reads only
SELECT setting.frequency, setting.from_date, setting.to_date
  FROM payment_accounts AS account
  LEFT JOIN statement_settings AS setting
    ON setting.payment_account_id = account.id
 WHERE account.auth_account_id = :account
 ORDER BY setting.from_date
