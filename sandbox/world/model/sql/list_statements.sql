-- Every statement with what it lists.
SELECT statement.payment_account_id, statement.frequency, statement.from_date, statement.to_date,
       statement.payment_methods, statement.notification_status_code, statement.is_empty,
       statement.is_interim_statement,
       ARRAY(SELECT invoice_id FROM statement_invoices WHERE statement_id = statement.id ORDER BY invoice_id)
  FROM statements AS statement
