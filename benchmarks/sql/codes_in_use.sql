-- Ministries with a GL code each, and five invoices each that the next journals charge.
INSERT INTO payment_accounts (id, auth_account_id, payment_method, name)
SELECT 9000000 + n, 'M' || n, 'EJV', 'Ministry ' || n FROM generate_series(1, {codes}) n;
INSERT INTO distribution_codes (distribution_code_id, account_id, name, client, responsibility_centre, service_line,
                                stob, project_code, start_date, created_by, created_on)
SELECT 9000000 + n, 9000000 + n, 'GL ' || n, '901', '11111', '22222', '3333', '4444444', date '2020-01-01', 'x', now()
  FROM generate_series(1, {codes}) n;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, corp_type_code)
SELECT 90000000 + n, 'x', now(), 'APPROVED', 30, 0, 'EJV', 9000000 + n % {codes} + 1, 'BCR'
  FROM generate_series(1, 5 * {codes}) n;
INSERT INTO payment_line_items (invoice_id, total, filing_fees, fee_schedule_id, fee_distribution_id,
                                line_item_status_code)
SELECT 90000000 + n, 30, 30, (SELECT min(fee_schedule_id) FROM fee_schedules), 9000000 + n % {codes} + 1, 'ACTIVE'
  FROM generate_series(1, 5 * {codes}) n;
