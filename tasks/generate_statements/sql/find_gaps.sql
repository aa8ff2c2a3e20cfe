-- Count the statements that should exist and do not, by period.
-- in     kinds, frequencies, firsts, lasts (one element a period), auth_account (null: all), shard_count, shard_index
-- out    kind, first, last, accounts: how many lack it, example: the first of them
-- again  reads only
-- source docs/specs/statements.md section 10
WITH period AS (
       SELECT *
         FROM unnest(CAST(:kinds AS text[]), CAST(:frequencies AS text[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
              WITH ORDINALITY AS period (kind, frequency, first, last, place)
     ),
     missing AS (
       SELECT DISTINCT period.place, account.id
         FROM period
         JOIN statement_settings AS setting
           ON setting.frequency = period.frequency
          AND setting.from_date <= period.last
          AND (setting.to_date IS NULL OR setting.to_date >= period.last)
          AND (period.kind <> 'GAP' OR setting.to_date = period.last)
         JOIN payment_accounts AS account
           ON account.id = setting.payment_account_id
          AND (CAST(:auth_account AS text) IS NULL OR account.auth_account_id = :auth_account)
          AND mod(account.id, :shard_count) = :shard_index
        WHERE NOT EXISTS (
                SELECT FROM statements AS statement
                 WHERE statement.payment_account_id = account.id
                   AND statement.frequency = period.frequency
                   AND statement.from_date = period.first
                   AND statement.to_date = period.last
                   AND NOT statement.is_interim_statement)
          AND NOT EXISTS (
                SELECT FROM statements AS interim
                 WHERE interim.payment_account_id = account.id
                   AND interim.is_interim_statement
                   AND interim.from_date <= period.first
                   AND interim.to_date >= period.last)
     )
SELECT period.kind, period.first, period.last, count(*) AS accounts, min(account.auth_account_id) AS example
  FROM missing
  JOIN period ON period.place = missing.place
  JOIN payment_accounts AS account ON account.id = missing.id
 GROUP BY period.kind, period.first, period.last
 ORDER BY period.last, period.kind
