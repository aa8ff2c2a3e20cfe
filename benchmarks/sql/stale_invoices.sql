-- Of a hundred invoices: 0-54 PAD (0-29 of the stuck ones were never sent), 55-94 EJV, 95-97 slips, the rest EFT.
CREATE TEMPORARY TABLE made AS
SELECT one.n, one.is_stuck, one.m,
       CASE WHEN m % 100 < 55 THEN 'PAD' WHEN m % 100 < 95 THEN 'EJV' WHEN m % 100 < 98 THEN 'INTERNAL' ELSE 'EFT' END
           AS method,
       m % ({accounts} / 4) * 4
           + CASE WHEN m % 100 < 55 THEN 1 WHEN m % 100 < 95 THEN 2 WHEN m % 100 < 98 THEN 3 ELSE 4 END AS account
  FROM (SELECT n, n % {every} = 0 AS is_stuck, CASE WHEN n % {every} = 0 THEN n / {every} ELSE n END AS m
          FROM generate_series(1, {invoices}) n) AS one;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, cfs_account_id, corp_type_code, routing_slip)
SELECT n, 'x', timestamp '2026-10-20' - n % 300 * interval '1 day', CASE WHEN is_stuck THEN 'APPROVED' ELSE 'PAID' END,
       31.50, 0, method, account, account, 'BCR', CASE WHEN method = 'INTERNAL' THEN (206000000 + account)::text END
  FROM made;
INSERT INTO invoice_references (invoice_id, invoice_number, status_code, created_on)
SELECT n, 'REG' || lpad(n::text, 8, '0'), CASE WHEN is_stuck THEN 'ACTIVE' ELSE 'COMPLETED' END,
       timestamp '2026-10-20' - n % 300 * interval '1 day'
  FROM made
 WHERE NOT is_stuck OR m % 100 >= 30 AND m % 100 < 95 AND m % 7 <> 0
