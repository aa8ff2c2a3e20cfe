-- Every statement that ends on a day or later, with what it lists.
-- in     since (the day)
SELECT statement.payment_account_id, statement.frequency, statement.from_date, statement.to_date,
       statement.payment_methods, statement.notification_status_code, statement.is_empty,
       statement.is_interim_statement,
       coalesce(listed.invoices, '')
  FROM statements AS statement
  LEFT JOIN (SELECT statement_id, string_agg(CAST(invoice_id AS text), ' ' ORDER BY invoice_id) AS invoices
               FROM statement_invoices
              WHERE statement_id IN (SELECT id FROM statements WHERE to_date >= :since)
              GROUP BY statement_id) AS listed
    ON listed.statement_id = statement.id
 WHERE statement.to_date >= :since
