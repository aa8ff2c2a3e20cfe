-- The invoices, journals and links of one batch that waits for its feedback; numbers begin after {after}.
INSERT INTO payment_accounts (id, auth_account_id, payment_method)
SELECT {after} + n, ({after} + n)::text, 'EJV' FROM generate_series(1, {journals}) n;
INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)
VALUES ({after} + {batch}, now(), 'INBOX.F3535.20261118040107', 'UPLOADED', 'PAYMENT');
INSERT INTO ejv_headers (id, disbursement_status_code, ejv_file_id, payment_account_id)
SELECT {after} + n, 'UPLOADED', {after} + {batch}, {after} + n FROM generate_series(1, {journals}) n;
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code,
                      payment_account_id, corp_type_code)
SELECT {after} + n, 'x', timestamp '2026-11-17 20:00', 'APPROVED', 31.50, 0, 'EJV', {after} + n % {journals} + 1, 'BCR'
  FROM generate_series(1, {invoices}) n;
INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code, sequence)
SELECT {after} + n, 'invoice', {after} + n % {journals} + 1, 'UPLOADED', n FROM generate_series(1, {invoices}) n;
INSERT INTO invoice_references (invoice_id, invoice_number, status_code, created_on)
SELECT {after} + n, 'FI' || lpad(({after} + n)::text, 8, '0'), 'ACTIVE', timestamp '2026-11-18 04:01'
  FROM generate_series(1, {invoices}) n
