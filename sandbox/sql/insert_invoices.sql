-- Write the invoices.
-- in     demo_invoices; overdue timestamp[7], the overdue date by local day
-- out    one row per invoice
-- again  refused by the primary key
INSERT INTO invoices (
       id, payment_account_id, cfs_account_id, payment_method_code, corp_type_code, invoice_status_code,
       total, service_fees, paid, payment_date, refund, refund_date, overdue_date,
       routing_slip, bcol_account, folio_number, business_identifier, filing_id, details,
       created_on, created_by, created_name
)
SELECT bought.id,
       bought.account_id,
       bought.cfs_account_id,
       bought.method,
       bought.corp_type_code,
       bought.status,
       bought.total,
       bought.service_fee,
       bought.paid,
       CASE WHEN bought.is_paid THEN bought.settled_on END,
       CASE WHEN bought.is_refunded THEN bought.total END,
       CASE
           WHEN bought.outcome IN ('CREDITED', 'REFUNDED') THEN bought.settled_on + interval '1 hour'
           WHEN bought.outcome = 'CANCELLED' THEN bought.created_on + interval '10 minutes'
       END,
       CASE WHEN bought.method = 'EFT' THEN (%(overdue)s::timestamp[])[1 + bought.local_day] END,
       bought.slip_number,
       CASE WHEN bought.method = 'DRAWDOWN' THEN (180000 + bought.account_id)::text END,
       CASE WHEN pg_temp.dice(bought.id, 'folio', 100) < 40 THEN 'F-' || 1000 + pg_temp.dice(bought.id, 'folio', 9000) END,
       CASE
           WHEN bought.corp_type_code = 'CP' THEN 'CP' || lpad(pg_temp.dice(bought.id, 'business', 100000)::text, 7, '0')
           WHEN bought.corp_type_code = 'BEN' THEN 'BC' || lpad(pg_temp.dice(bought.id, 'business', 900000)::text, 7, '0')
       END,
       CASE WHEN bought.corp_type_code IN ('CP', 'BEN') THEN (100000 + bought.id)::text END,
       CASE
           WHEN bought.corp_type_code = 'PPR' THEN
               jsonb_build_array(jsonb_build_object('label', 'Registration Number', 'value', (500000 + bought.id)::text))
       END,
       bought.created_on,
       'bcsc/' || substr(md5('user' || bought.account_id), 1, 12),
       'Account User'
  FROM demo_invoices AS bought
 ORDER BY bought.id
