-- Count the statements that are due and those that are missing, by period.
-- in     kinds, frequencies, firsts, lasts (one element a period), auth_account (null: all), shard_count, shard_index
-- out    kind, first, last, due: how many accounts are due one, accounts: how many lack it, examples: the first 50 of them;
--        nothing of a period in which none is due
-- again  reads only
-- source docs/specs/statements.md section 10
WITH period AS (
       SELECT *
         FROM unnest(CAST(:kinds AS text[]), CAST(:frequencies AS text[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
              WITH ORDINALITY AS period (kind, frequency, first, last, place)
     ),
     due AS MATERIALIZED (
       SELECT DISTINCT period.place, period.frequency, period.first, period.last, account.id, account.auth_account_id
         FROM period
         JOIN statement_settings AS setting
           ON setting.frequency = period.frequency
          AND setting.from_date <= period.last
          AND (setting.to_date IS NULL OR setting.to_date >= period.last)
          AND (period.kind <> 'GAP' OR setting.to_date = period.last)
         JOIN payment_accounts AS account
           ON account.id = setting.payment_account_id
          AND (CAST(:auth_account AS text) IS NULL OR account.auth_account_id = :auth_account)
          AND (:shard_count = 1 OR mod(account.id, :shard_count) = :shard_index)
     ),
     absent AS MATERIALIZED (
       SELECT due.*
         FROM due
        WHERE NOT EXISTS (
                SELECT FROM statements AS statement
                 WHERE statement.payment_account_id = due.id
                   AND statement.frequency = due.frequency
                   AND statement.from_date = due.first
                   AND statement.to_date = due.last
                   AND NOT statement.is_interim_statement)
     ),
     interim AS MATERIALIZED (
       SELECT statement.payment_account_id, statement.from_date, statement.to_date
         FROM (SELECT DISTINCT id FROM absent) AS account
         JOIN statements AS statement
           ON statement.payment_account_id = account.id
          AND statement.is_interim_statement
     ),
     missing AS (
       SELECT absent.place, count(*) AS number,
              (array_agg(absent.auth_account_id ORDER BY absent.auth_account_id))[1:50] AS examples
         FROM absent
        WHERE NOT EXISTS (
                SELECT FROM interim
                 WHERE interim.payment_account_id = absent.id
                   AND interim.from_date <= absent.first
                   AND interim.to_date >= absent.last)
        GROUP BY absent.place
     ),
     counted AS (
       SELECT due.place, count(*) AS number FROM due GROUP BY due.place
     )
SELECT period.kind, period.first, period.last, counted.number AS due, coalesce(missing.number, 0) AS accounts, missing.examples
  FROM counted
  JOIN period ON period.place = counted.place
  LEFT JOIN missing ON missing.place = counted.place
 ORDER BY period.last, period.kind
