-- Write the number each invoice has in the system that collects it.
-- in     demo_invoices, ejv_headers
-- out    one row per invoice that was sent
-- again  refused by the primary key
INSERT INTO invoice_references (id, invoice_id, invoice_number, reference_number, status_code, created_on)
SELECT row_number() OVER (ORDER BY bought.id),
       bought.id,
       CASE
           WHEN bought.method = 'EJV' THEN 'FI' || lpad(journal.id::text, 8, '0')
           ELSE 'REG' || lpad(bought.head_id::text, 8, '0')
       END,
       CASE WHEN bought.method <> 'EJV' THEN (20000000 + bought.head_id)::text END,
       bought.reference,
       bought.sent_on
  FROM demo_invoices AS bought
  LEFT JOIN ejv_headers AS journal
    ON journal.ejv_file_id = bought.ejv_file_id
   AND journal.payment_account_id = bought.account_id
 WHERE bought.reference IS NOT NULL
 ORDER BY bought.id
