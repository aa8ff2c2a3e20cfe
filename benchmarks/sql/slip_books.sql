-- Nothing but slips that are to be corrected, each with one paid invoice.
DELETE FROM pay_jobs.operation_steps; DELETE FROM pay_jobs.operations; DELETE FROM receipts;
DELETE FROM invoice_references; DELETE FROM payments; DELETE FROM invoices; DELETE FROM routing_slips;
DELETE FROM cfs_accounts; DELETE FROM payment_accounts;
INSERT INTO payment_accounts (id, payment_method) SELECT n, 'CHEQUE' FROM generate_series(1, {slips}) n;
INSERT INTO cfs_accounts (id, account_id, cfs_party, cfs_account, cfs_site, status, payment_method)
SELECT n, n, (500000 + n)::text, (800000 + n)::text, (900000 + n)::text, 'ACTIVE', 'INTERNAL'
  FROM generate_series(1, {slips}) n;
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, cas_version_suffix,
                           routing_slip_date, created_by, created_on)
SELECT n, (206000000 + n)::text, n, 'CORRECTION', 120, 90, 1, date '2026-11-05', 'x', now()
  FROM generate_series(1, {slips}) n;
INSERT INTO invoices (id, routing_slip, payment_account_id, cfs_account_id, payment_method_code, invoice_status_code,
                      total, paid, corp_type_code, created_by, created_on)
SELECT n, (206000000 + n)::text, n, n, 'INTERNAL', 'PAID', 30, 30, 'CP', 'x', now() FROM generate_series(1, {slips}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code)
SELECT n, 'REG' || lpad(n::text, 8, '0'), n::text, 'COMPLETED' FROM generate_series(1, {slips}) n;
INSERT INTO receipts (invoice_id, receipt_number, receipt_amount)
SELECT n, (206000000 + n)::text, 30 FROM generate_series(1, {slips}) n
