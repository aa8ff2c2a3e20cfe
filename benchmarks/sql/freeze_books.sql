-- The paid invoices of PAD accounts, one each, before a wrong file bounces them.
INSERT INTO payment_accounts (id, auth_account_id, payment_method)
SELECT n, n::text, 'PAD' FROM generate_series(1, {accounts}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT n, n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE', 'PAD' FROM generate_series(1, {accounts}) n;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, cfs_account_id, corp_type_code)
SELECT n, 'x', timestamp '2026-11-03 20:00', 'PAID', 60, 60, 'PAD', n, n, 'BCR' FROM generate_series(1, {accounts}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code)
SELECT n, 'REG' || lpad(n::text, 8, '0'), n::text, 'COMPLETED' FROM generate_series(1, {accounts}) n;
INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)
SELECT n, 'PR' || n, 60, timestamp '2026-11-04' FROM generate_series(1, {accounts}) n;
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, invoice_amount,
                      payment_date, invoice_number, receipt_number, payment_account_id, created_by)
SELECT 'PAYBC', 'PAD', 'COMPLETED', 60, 60, timestamp '2026-11-04', 'REG' || lpad(n::text, 8, '0'), 'PR' || n, n, 'x'
  FROM generate_series(1, {accounts}) n;
SELECT setval(pg_get_serial_sequence('invoices', 'id'), {accounts});
