-- Create the chosen statements that do not exist yet.
-- in     frequency, first, last, ends (of the period, naive UTC), today (the local day), notify (whether notifications
--        are owed)
-- out    the number of rows
-- again  finds nothing to create
-- source docs/specs/statements.md section 5
--
-- An empty statement says the method of its period. Where the account changed it since: the account as its history has
-- it at the end of the period; else, where today's cannot have been it, what it has profiles or invoices of.
INSERT INTO statements (
       id, frequency, from_date, to_date, created_on, statement_settings_id, payment_account_id,
       notification_status_code, is_interim_statement, payment_methods, is_empty)
SELECT chosen.statement_id,
       :frequency,
       :first,
       :last,
       :today,
       chosen.setting_id,
       chosen.payment_account_id,
       CASE WHEN :notify AND chosen.notification_enabled THEN 'PENDING' ELSE 'SKIP' END,
       false,
       coalesce(
           listed.methods,
           CASE WHEN chosen.lists_eft THEN 'EFT' END,
           nullif((SELECT past.payment_method
                     FROM payment_accounts_history AS past
                    WHERE past.id = chosen.payment_account_id
                      AND past.changed >= :ends
                    ORDER BY past.changed, past.version
                    LIMIT 1), 'EFT'),
           nullif(chosen.payment_method, 'EFT'),
           CASE WHEN chosen.payment_method = 'EFT' THEN coalesce(
               (SELECT cfs.payment_method
                  FROM cfs_accounts AS cfs
                 WHERE cfs.account_id = chosen.payment_account_id
                   AND cfs.payment_method <> 'EFT'
                 ORDER BY cfs.id DESC
                 LIMIT 1),
               (SELECT invoice.payment_method_code
                  FROM invoices AS invoice
                 WHERE invoice.payment_account_id = chosen.payment_account_id
                   AND invoice.payment_method_code <> 'EFT'
                   AND invoice.created_on < :ends
                 ORDER BY invoice.created_on DESC, invoice.id DESC
                 LIMIT 1)) END,
           ''),
       listed.methods IS NULL
  FROM period_statements AS chosen
  LEFT JOIN (
         SELECT statement_id,
                string_agg(DISTINCT code, ',' ORDER BY code) AS methods
           FROM (SELECT statement_id, CAST(payment_method_code AS text) COLLATE "C" AS code FROM period_invoices) AS coded
          GROUP BY statement_id
       ) AS listed
    ON listed.statement_id = chosen.statement_id
 WHERE NOT chosen.is_reused
