-- An invoice that is on no statement though one of its account covers its day, or should be there and is not, and none of
-- the rules keeps it off.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
--        days, starts, ends: every day with statements, and its bounds in naive UTC; today: the business day
-- source docs/specs/statements.md sections 4, 6 and 8: of an account that pays by EFT only EFT invoices, of another all
--        others; an interim statement takes its days; of several statements of one period the first lists; a day that an
--        earlier setting puts on a statement of its own is on that one, which is missing then (section 11 no. 3); one
--        that makes no statement of its own, because it shares this one, does not. It is looked for among those of its
--        account: new statements have no statistics yet, and all have one of four frequencies. A whole statement is missing
--        as for `GENERATE_STATEMENTS --gaps` (section 10), two days after its period: a night that failed is made up then
WITH unlisted AS MATERIALIZED (
       SELECT invoice.id, invoice.payment_account_id, invoice.payment_method_code, invoice.created_on
         FROM invoices AS invoice
        WHERE invoice.id >= :first_invoice
          AND (CAST(:account_id AS integer) IS NULL OR invoice.payment_account_id = :account_id)
          AND NOT EXISTS (SELECT FROM statement_invoices AS listed
                           WHERE listed.invoice_id = invoice.id
                             AND listed.invoice_id >= :first_invoice)
     ),
     missed AS MATERIALIZED (
       SELECT invoice.id, invoice.payment_account_id, invoice.created_on, account.auth_account_id,
              statement.id AS statement_id, statement.frequency, statement.from_date, statement.to_date
         FROM unlisted AS invoice
         JOIN payment_accounts AS account
           ON account.id = invoice.payment_account_id
         JOIN statements AS statement
           ON statement.payment_account_id = invoice.payment_account_id
          AND NOT coalesce(statement.is_interim_statement, false)
          AND (CAST(:since AS timestamp) IS NULL OR statement.created_on >= CAST(CAST(:since AS timestamp) AS date) - 31)
         JOIN unnest(CAST(:days AS date[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS first (on_day, starts, ends)
           ON first.on_day = statement.from_date
          AND invoice.created_on >= first.starts
         JOIN unnest(CAST(:days AS date[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS last (on_day, starts, ends)
           ON last.on_day = statement.to_date
          AND invoice.created_on < last.ends
        WHERE (invoice.payment_method_code = 'EFT') = (coalesce(statement.payment_methods, '') = 'EFT')
          AND coalesce(statement.payment_methods, '') <> ''
          AND NOT EXISTS (SELECT FROM statements AS interim
                           WHERE interim.payment_account_id = invoice.payment_account_id
                             AND interim.is_interim_statement
                             AND interim.from_date <= statement.to_date
                             AND interim.to_date >= statement.from_date)
          AND NOT EXISTS (SELECT FROM statements AS first_one
                           WHERE first_one.payment_account_id = statement.payment_account_id
                             AND first_one.frequency || '' = statement.frequency
                             AND first_one.from_date = statement.from_date
                             AND first_one.to_date = statement.to_date
                             AND first_one.id < statement.id
                             AND NOT coalesce(first_one.is_interim_statement, false))
          AND NOT EXISTS (SELECT FROM payment_accounts_history AS past
                           WHERE past.id = invoice.payment_account_id
                             AND past.changed >= first.starts
                             AND (past.payment_method = 'EFT') <> (coalesce(statement.payment_methods, '') = 'EFT'))
     )
SELECT 'invoice ' || missed.id AS row,
       CASE WHEN own.on_day IS NULL THEN format('GENERATE_STATEMENTS %s %s', missed.to_date, missed.auth_account_id)
            ELSE format('GENERATE_STATEMENTS --gaps --since %s --until %s', missed.from_date, missed.to_date)
            END AS next,
       missed.payment_account_id AS account_id,
       missed.created_on AS day,
       CASE WHEN own.on_day IS NULL
            THEN format('on statement %s, %s to %s', missed.statement_id, missed.from_date, missed.to_date)
            ELSE format('on the %s statement of %s', lower(own.frequency), own.on_day) END AS expected,
       'on no statement' AS found
  FROM missed
  LEFT JOIN LATERAL (
         SELECT earlier.frequency, day.on_day
           FROM statement_settings AS earlier
           JOIN unnest(CAST(:days AS date[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS day (on_day, starts, ends)
             ON missed.created_on >= day.starts
            AND missed.created_on < day.ends
            AND day.on_day BETWEEN earlier.from_date AND earlier.to_date
          WHERE earlier.payment_account_id = missed.payment_account_id
            AND day.on_day < (SELECT min(shared.from_date)
                                FROM statement_settings AS shared
                               WHERE shared.payment_account_id = missed.payment_account_id
                                 AND shared.frequency = missed.frequency
                                 AND shared.from_date <= missed.to_date
                                 AND (shared.to_date = missed.to_date
                                      OR (coalesce(shared.to_date, 'infinity') > missed.to_date
                                          AND (shared.frequency <> 'WEEKLY' OR extract(dow FROM missed.to_date) = 6))))
            AND (earlier.frequency <> 'MONTHLY'
                 OR CAST(date_trunc('month', day.on_day) + interval '1 month - 1 day' AS date) <= earlier.to_date)
          ORDER BY earlier.id DESC
          LIMIT 1
       ) AS own ON true
 UNION ALL
SELECT 'invoice ' || invoice.id,
       format('GENERATE_STATEMENTS %s %s', due.last, account.auth_account_id),
       invoice.payment_account_id,
       invoice.created_on,
       format('on the %s statement of %s, which is missing', lower(due.frequency), due.last),
       'on no statement'
  FROM unlisted AS invoice
  JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
   AND (account.payment_method = 'EFT') = (invoice.payment_method_code = 'EFT')
 CROSS JOIN LATERAL (SELECT width_bucket(invoice.created_on, CAST(:starts AS timestamp[])) AS nth) AS place
 CROSS JOIN LATERAL (
        SELECT (CAST(:days AS date[]))[place.nth] AS on_day, (CAST(:starts AS timestamp[]))[place.nth] AS starts
      ) AS day
 CROSS JOIN LATERAL (
        SELECT setting.frequency, period.first, period.last
          FROM statement_settings AS setting
         CROSS JOIN LATERAL (
                SELECT day.on_day - CASE setting.frequency WHEN 'WEEKLY' THEN CAST(extract(dow FROM day.on_day) AS integer)
                                    WHEN 'MONTHLY' THEN CAST(extract(day FROM day.on_day) AS integer) - 1
                                    ELSE 0 END AS first
              ) AS begun
         CROSS JOIN LATERAL (
                SELECT begun.first,
                       CASE setting.frequency WHEN 'WEEKLY' THEN least(begun.first + 6, setting.to_date)
                            WHEN 'MONTHLY' THEN CAST(begun.first + interval '1 month' AS date) - 1
                            ELSE begun.first END AS last
              ) AS period
         WHERE setting.payment_account_id = invoice.payment_account_id
           AND setting.frequency IN ('DAILY', 'WEEKLY', 'MONTHLY')
           AND day.on_day >= setting.from_date
           AND (setting.to_date IS NULL OR setting.to_date >= period.last)
         ORDER BY setting.id DESC
         LIMIT 1
      ) AS due
 WHERE due.last < CAST(:today AS date) - 1
   AND NOT EXISTS (SELECT FROM statements AS statement
                    WHERE statement.payment_account_id = invoice.payment_account_id
                      AND statement.to_date >= due.first
                      AND statement.from_date <= due.last
                      AND (statement.is_interim_statement
                           OR statement.frequency || '' = due.frequency
                              AND statement.from_date = due.first
                              AND statement.to_date = due.last))
   AND NOT EXISTS (SELECT FROM missed WHERE missed.id = invoice.id)
   AND NOT EXISTS (SELECT FROM payment_accounts_history AS past
                    WHERE past.id = invoice.payment_account_id
                      AND past.changed >= day.starts
                      AND (past.payment_method = 'EFT') <> (account.payment_method = 'EFT'))
