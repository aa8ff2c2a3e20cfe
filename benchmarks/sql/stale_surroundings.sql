-- Batches, receipts, payments and settlement rows of those invoices.
INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)
SELECT n, timestamp '2026-10-20', 'INBOX.F3535.' || n, 'UPLOADED', 'PAYMENT' FROM generate_series(1, 200) n;
INSERT INTO ejv_headers (id, ejv_file_id, disbursement_status_code)
SELECT n, n, 'UPLOADED' FROM generate_series(1, 200) n;
INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code)
SELECT id, 'invoice', id % 200 + 1, CASE WHEN invoice_status_code = 'PAID' THEN 'COMPLETED' ELSE 'UPLOADED' END
  FROM invoices WHERE payment_method_code = 'EJV';
INSERT INTO receipts (invoice_id, receipt_number, receipt_amount)
SELECT id, 'R' || id, total FROM invoices WHERE invoice_status_code = 'PAID';
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number, invoice_amount)
SELECT 'PAYBC', 'PAD', 'COMPLETED', 'REG' || lpad(id::text, 8, '0'), total
  FROM invoices WHERE payment_method_code = 'PAD' AND invoice_status_code = 'PAID';
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)
SELECT 'CAS', 'BCR_PAYMENT_APPL_202610' || lpad(n::text, 2, '0') || '.csv', lpad(to_hex(n), 64, '0'), 1, 'applied',
       now()
  FROM generate_series(1, 20) n;
INSERT INTO pay_jobs.settlement_rows (file_id, line, outcome, kind, record_type, source_type, source_number, amount,
       customer_account, target_type, target_number, original_amount, outstanding_amount, status, content_hash)
SELECT id % 20 + 1, id, CASE WHEN id % 11 = 0 THEN 'rejected' ELSE 'applied' END, 'pad', 'PADP', 'x', 'x', 1, '1',
       'INV', 'REG' || lpad(id::text, 8, '0'), 1, 0, 'Fully PAID', '00000000-0000-0000-0000-000000000000'
  FROM invoices WHERE payment_method_code = 'PAD' AND id % 2 = 0;
ANALYZE
