-- Create the chosen statements that do not exist yet.
-- in     frequency, first, last, today (the local day), notify (whether notifications are owed)
-- out    the number of rows
-- again  finds nothing to create
-- source docs/specs/statements.md section 5
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
       coalesce(listed.methods, chosen.payment_method, ''),
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
