-- Slips that are to be corrected, each with one paid invoice; ids and CFS numbers of invoices begin after {after}.
INSERT INTO payment_accounts (id, payment_method) SELECT {after} + n, 'CHEQUE' FROM generate_series(1, {slips}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT {after} + n, {after} + n, (550000 + n)::text, (850000 + n)::text, (950000 + n)::text, 'ACTIVE', 'INTERNAL'
  FROM generate_series(1, {slips}) n;
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, cas_version_suffix,
                           routing_slip_date, created_by, created_on)
SELECT {after} + n, (206000000 + n)::text, {after} + n, 'CORRECTION', 120, 90, 1, date '2026-11-05', 'x', now()
  FROM generate_series(1, {slips}) n;
INSERT INTO invoices (id, routing_slip, payment_account_id, cfs_account_id, payment_method_code, invoice_status_code,
                      total, paid, corp_type_code, created_by, created_on)
SELECT {after} + n, (206000000 + n)::text, {after} + n, {after} + n, 'INTERNAL', 'PAID', 30, 30, 'CP', 'x', now()
  FROM generate_series(1, {slips}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code)
SELECT {after} + n, 'REG' || lpad(({after} + n)::text, 8, '0'), n::text, 'COMPLETED' FROM generate_series(1, {slips}) n;
INSERT INTO receipts (invoice_id, receipt_number, receipt_amount)
SELECT {after} + n, (206000000 + n)::text, 30 FROM generate_series(1, {slips}) n
