-- Write one payment per number that was collected, bounced, or is open at the card page.
-- in     demo_invoices, invoice_references, ejv_headers, ejv_files
-- out    one row per number
-- again  refused by the primary key
WITH collected AS (
    SELECT min(bought.id) AS first_id,
           reference.invoice_number,
           bought.method,
           bought.account_id,
           min(bought.ejv_file_id) AS ejv_file_id,
           sum(bought.total) AS invoice_amount,
           sum(bought.paid) AS paid_amount,
           min(bought.settled_on) AS settled_on,
           bool_or(bought.outcome = 'BOUNCED') AS bounced
      FROM demo_invoices AS bought
      JOIN invoice_references AS reference ON reference.invoice_id = bought.id
     WHERE bought.is_paid
        OR bought.outcome IN ('BOUNCED', 'OPEN')
     GROUP BY reference.invoice_number, bought.method, bought.account_id
)
INSERT INTO payments (
       id, payment_system_code, payment_method_code, payment_status_code, payment_account_id,
       invoice_number, receipt_number, invoice_amount, paid_amount, payment_date, created_by, is_routing_slip
)
SELECT row_number() OVER (ORDER BY collected.first_id),
       CASE collected.method
           WHEN 'EJV' THEN 'CGI'
           WHEN 'DRAWDOWN' THEN 'BCOL'
           WHEN 'INTERNAL' THEN 'INTERNAL'
           ELSE 'PAYBC'
       END,
       collected.method,
       CASE
           WHEN collected.bounced THEN 'FAILED'
           WHEN collected.paid_amount IS NULL THEN 'CREATED'
           ELSE 'COMPLETED'
       END,
       collected.account_id,
       collected.invoice_number,
       CASE
           WHEN collected.paid_amount IS NULL THEN NULL
           WHEN collected.method = 'EJV' THEN
               'GIJH...' || collected.invoice_number || 'FI' || lpad(collected.ejv_file_id::text, 9, '0')
           WHEN collected.method = 'PAD' THEN 'PADRC' || substr(collected.invoice_number, 4)
           WHEN collected.method = 'EFT' THEN 'EFTCIL' || collected.first_id
           ELSE 'RCPT' || collected.first_id
       END,
       collected.invoice_amount,
       coalesce(collected.paid_amount, 0),
       CASE WHEN collected.bounced OR collected.paid_amount IS NOT NULL THEN collected.settled_on END,
       'SYSTEM',
       FALSE
  FROM collected
 ORDER BY collected.first_id
