-- A statement with a notice that was not asked for, or that has waited for two days.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
--        today: the business day
-- source docs/specs/statements.md sections 5 and 9: an account without notifications gets none, nor does a statement that
--        was made for a day by name; what was sent says when; a crash of the mailer leaves PROCESSING for ever
SELECT 'statement ' || statement.id AS row,
       'explain account ' || account.auth_account_id AS next,
       statement.payment_account_id AS account_id,
       CAST(statement.created_on AS timestamp) AS day,
       'SKIP, or sent within two days of the nightly run' AS expected,
       format('%s%s, made %s', statement.notification_status_code, ' on ' || CAST(statement.notification_date AS date),
              statement.created_on) AS found
  FROM statements AS statement
  JOIN payment_accounts AS account
    ON account.id = statement.payment_account_id
 WHERE (CAST(:since AS timestamp) IS NULL OR statement.created_on >= CAST(CAST(:since AS timestamp) AS date))
   AND ((statement.notification_status_code IN ('PENDING', 'PROCESSING')
        AND statement.created_on < CAST(:today AS date) - 2)
    OR (NOT coalesce(account.statement_notification_enabled, false)
        AND statement.notification_status_code IN ('PENDING', 'PROCESSING'))
    OR statement.notification_status_code IS NULL
    OR (statement.notification_status_code IN ('SUCCESS', 'FAILED') AND statement.notification_date IS NULL)
    OR (statement.notification_status_code IN ('PENDING', 'PROCESSING')
        AND statement.created_on > (SELECT min(CAST(run.started_on AT TIME ZONE 'UTC' AS date)) FROM pay_jobs.job_runs AS run
                                     WHERE run.job = 'GENERATE_STATEMENTS') - 2
        AND NOT EXISTS (SELECT FROM pay_jobs.job_runs AS run
                         WHERE run.job = 'GENERATE_STATEMENTS'
                           AND run.command NOT LIKE '% %'
                           AND CAST(run.started_on AT TIME ZONE 'UTC' AS date)
                               BETWEEN statement.created_on - 1 AND statement.created_on + 1)
        AND EXISTS (SELECT FROM pay_jobs.job_runs AS run WHERE run.job = 'GENERATE_STATEMENTS')))
