-- Lock the accounts of a period's statements, before anything is judged: a switch of the method, which also makes an
-- interim statement and another setting, comes before or after the whole period.
-- in     frequency, last, auth_account (null: all), shard_count, shard_index
-- out    the number of accounts
SELECT count(*)
  FROM (SELECT account.id
          FROM payment_accounts AS account
         WHERE account.id IN (SELECT setting.payment_account_id
                                FROM statement_settings AS setting
                               WHERE setting.frequency = :frequency
                                 AND setting.from_date <= :last
                                 AND (setting.to_date IS NULL OR setting.to_date >= :last)
                                 AND mod(setting.payment_account_id, :shard_count) = :shard_index)
           AND (CAST(:auth_account AS text) IS NULL OR account.auth_account_id = :auth_account)
         ORDER BY account.id
           FOR SHARE OF account) AS locked
