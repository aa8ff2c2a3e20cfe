-- Accounts of the four methods, with what each of them has beside.
INSERT INTO payment_accounts (id, auth_account_id, payment_method, billable)
SELECT n, n::text, (ARRAY['PAD', 'EJV', 'INTERNAL', 'EFT'])[(n - 1) % 4 + 1], true
  FROM generate_series(1, {accounts}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT n, n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE',
       (ARRAY['PAD', 'EJV', 'INTERNAL', 'EFT'])[(n - 1) % 4 + 1] FROM generate_series(1, {accounts}) n;
INSERT INTO distribution_codes (account_id, client, start_date, stop_ejv, created_by, created_on)
SELECT n, '112', date '2020-01-01', n % 3 = 0, 'x', now() FROM generate_series(2, {accounts}, 4) n;
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, created_by, created_on,
                           routing_slip_date)
SELECT n, (206000000 + n)::text, n, 'ACTIVE', 500, 100, 'x', now(), date '2026-01-01'
  FROM generate_series(3, {accounts}, 4) n
