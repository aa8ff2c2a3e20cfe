-- Every statement with what it lists.
SELECT statement.payment_account_id, statement.frequency, statement.from_date, statement.to_date,
       statement.payment_methods, statement.notification_status_code, statement.is_empty,
       statement.is_interim_statement,
       coalesce(listed.invoices, '')
  FROM statements AS statement
  LEFT JOIN (SELECT statement_id, string_agg(CAST(invoice_id AS text), ' ' ORDER BY invoice_id) AS invoices
               FROM statement_invoices
              GROUP BY statement_id) AS listed
    ON listed.statement_id = statement.id
