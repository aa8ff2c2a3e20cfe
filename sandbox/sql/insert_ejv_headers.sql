-- Write one journal per batch and ministry account.
-- in     demo_invoices
-- out    one row per batch and account
-- again  refused by the primary key
INSERT INTO ejv_headers (id, ejv_file_id, payment_account_id, disbursement_status_code)
SELECT row_number() OVER (ORDER BY ejv_file_id, account_id),
       ejv_file_id,
       account_id,
       CASE WHEN ejv_file_id < 5 THEN 'COMPLETED' ELSE 'UPLOADED' END
  FROM demo_invoices
 WHERE ejv_file_id IS NOT NULL
 GROUP BY ejv_file_id, account_id
 ORDER BY ejv_file_id, account_id
