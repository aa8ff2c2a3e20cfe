-- The floor of GENERATE_STATEMENTS 2022-06-25: one plain statement that inserts the same rows.
WITH period (frequency, first, last, starts, ends) AS (
       VALUES ('DAILY', date '2022-06-25', date '2022-06-25', timestamp '2022-06-25 07:00', timestamp '2022-06-26 07:00'),
              ('WEEKLY', date '2022-06-19', date '2022-06-25', timestamp '2022-06-19 07:00', timestamp '2022-06-26 07:00')
     ),
     chosen AS (
       SELECT period.*, setting.id AS setting_id, account.id AS account_id, account.payment_method
         FROM period
         JOIN statement_settings AS setting
           ON setting.frequency = period.frequency
          AND setting.from_date <= period.last
          AND (setting.to_date IS NULL OR setting.to_date >= period.last)
         JOIN payment_accounts AS account ON account.id = setting.payment_account_id
     ),
     listed AS (
       SELECT chosen.frequency, chosen.account_id, invoice.id AS invoice_id, invoice.payment_method_code
         FROM chosen
         JOIN invoices AS invoice
           ON invoice.payment_account_id = chosen.account_id
          AND invoice.created_on >= chosen.starts
          AND invoice.created_on < chosen.ends
          AND (invoice.payment_method_code = 'EFT') = (chosen.payment_method = 'EFT')
     ),
     made AS (
       INSERT INTO statements (frequency, from_date, to_date, created_on, statement_settings_id, payment_account_id,
                               notification_status_code, is_interim_statement, payment_methods, is_empty)
       SELECT chosen.frequency, chosen.first, chosen.last, current_date, chosen.setting_id, chosen.account_id, 'SKIP',
              false, coalesce(methods.codes, chosen.payment_method), methods.codes IS NULL
         FROM chosen
         LEFT JOIN (SELECT frequency, account_id, string_agg(DISTINCT payment_method_code, ',') AS codes
                      FROM listed GROUP BY frequency, account_id) AS methods USING (frequency, account_id)
    RETURNING id, frequency, payment_account_id
     )
INSERT INTO statement_invoices (statement_id, invoice_id)
SELECT made.id, listed.invoice_id
  FROM made
  JOIN listed ON listed.frequency = made.frequency AND listed.account_id = made.payment_account_id
