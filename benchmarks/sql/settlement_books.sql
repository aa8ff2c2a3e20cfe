-- The accounts with their CFS profiles, and the invoices that CFS is about to settle; ids begin after {after}.
INSERT INTO payment_accounts (id, auth_account_id, payment_method)
SELECT {after} + n, n::text, 'PAD' FROM generate_series(1, {accounts}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT {after} + n, {after} + n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE', 'PAD'
  FROM generate_series(1, {accounts}) n;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, cfs_account_id, corp_type_code)
SELECT {after} + n, 'x', timestamp '2026-11-04 20:00', 'APPROVED', 31.50, 0, 'PAD', {after} + n % {accounts} + 1,
       {after} + n % {accounts} + 1, 'BCR'
  FROM generate_series(1, {rows}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on)
SELECT {after} + n, 'REG' || (50000000 + n), n::text, 'ACTIVE', timestamp '2026-11-05 03:00'
  FROM generate_series(1, {rows}) n
