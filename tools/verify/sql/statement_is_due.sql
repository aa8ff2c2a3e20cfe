-- A statement of a period in which its account had no setting of its frequency.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/statements.md section 2: the setting in force on the last day
SELECT 'statement ' || statement.id AS row,
       'explain account ' || account.auth_account_id AS next,
       statement.payment_account_id AS account_id,
       CAST(statement.created_on AS timestamp) AS day,
       format('a %s setting in force on %s', lower(statement.frequency), statement.to_date) AS expected,
       format('%s to %s, setting %s', statement.from_date, statement.to_date, statement.statement_settings_id) AS found
  FROM statements AS statement
  JOIN payment_accounts AS account
    ON account.id = statement.payment_account_id
 WHERE NOT coalesce(statement.is_interim_statement, false)
   AND (CAST(:since AS timestamp) IS NULL OR statement.created_on >= CAST(CAST(:since AS timestamp) AS date))
   AND NOT EXISTS (SELECT FROM statement_settings AS setting
                    WHERE setting.payment_account_id = statement.payment_account_id
                      AND setting.frequency = statement.frequency
                      AND setting.from_date <= statement.to_date
                      AND (setting.to_date IS NULL OR setting.to_date >= statement.to_date))
