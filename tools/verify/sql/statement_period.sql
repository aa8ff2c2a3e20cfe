-- A statement over a period that its frequency does not have, or made before its period was over or in the future.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
--        today: the business day
-- source docs/specs/statements.md sections 2 and 5: a day; Sunday to Saturday, or to the end of its setting; a calendar
--        month. Interim statements have periods of their own (section 7)
SELECT 'statement ' || statement.id AS row,
       format('GENERATE_STATEMENTS %s %s', statement.to_date, account.auth_account_id) AS next,
       statement.payment_account_id AS account_id,
       CAST(statement.created_on AS timestamp) AS day,
       CASE WHEN statement.created_on NOT BETWEEN statement.to_date + 1 AND CAST(:today AS date)
            THEN format('made from %s to %s', statement.to_date + 1, CAST(:today AS date))
            ELSE format('a %s period', lower(statement.frequency)) END AS expected,
       format('%s to %s, made %s', statement.from_date, statement.to_date, statement.created_on) AS found
  FROM statements AS statement
  JOIN payment_accounts AS account
    ON account.id = statement.payment_account_id
 WHERE NOT coalesce(statement.is_interim_statement, false)
   AND (CAST(:since AS timestamp) IS NULL OR statement.created_on >= CAST(CAST(:since AS timestamp) AS date))
   AND (CASE statement.frequency
        WHEN 'DAILY' THEN statement.from_date <> statement.to_date
        WHEN 'WEEKLY' THEN extract(dow FROM statement.from_date) <> 0
                        OR statement.to_date NOT BETWEEN statement.from_date AND statement.from_date + 6
                        OR extract(dow FROM statement.to_date) <> 6
                           AND NOT EXISTS (SELECT FROM statement_settings AS setting
                                            WHERE setting.payment_account_id = statement.payment_account_id
                                              AND setting.frequency = 'WEEKLY'
                                              AND setting.to_date = statement.to_date)
        WHEN 'MONTHLY' THEN extract(day FROM statement.from_date) <> 1
                         OR statement.to_date <> CAST(date_trunc('month', statement.from_date) + interval '1 month' AS date) - 1
        ELSE false END
        OR statement.created_on NOT BETWEEN statement.to_date + 1 AND CAST(:today AS date))
