-- Put the invoices on the statements that were just created.
-- in     -
-- out    the number of rows
-- again  a statement that exists is left to correct_statements.sql
INSERT INTO statement_invoices (statement_id, invoice_id)
SELECT statement_id, invoice_id
  FROM period_invoices
  JOIN period_statements USING (statement_id)
 WHERE NOT is_reused
 ORDER BY statement_id, invoice_id
