-- The accounts with their CFS profiles, and the invoices that CFS is about to settle.
INSERT INTO payment_accounts (id, auth_account_id, payment_method)
SELECT n, n::text, 'PAD' FROM generate_series(1, {accounts}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT n, n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE', 'PAD'
  FROM generate_series(1, {accounts}) n;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, cfs_account_id, corp_type_code)
SELECT n, 'x', timestamp '2026-11-04 20:00', 'APPROVED', 31.50, 0, 'PAD', n % {accounts} + 1, n % {accounts} + 1, 'BCR'
  FROM generate_series(1, {rows}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on)
SELECT n, 'REG' || lpad(n::text, 8, '0'), n::text, 'ACTIVE', timestamp '2026-11-05 03:00'
  FROM generate_series(1, {rows}) n
