-- Rows as the jobs write them, so many in each table that grows, to measure how much a row takes with its indexes.
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, object_key, remote_directory, remote_name,
                                    archived_as, business_date, received_on, archived_on, applied_on, run_id)
SELECT 'CAS', 'BCR_PAYMENT_APPL_20261105_' || n || '.csv', md5(n::text) || md5(n::text || 'x'), 400000, 'applied',
       'cas/2026/11/05/BCR_PAYMENT_APPL_20261105.csv/' || md5(n::text), '/data', 'BCR_PAYMENT_APPL_20261105.csv',
       'BCR_PAYMENT_APPL_20261105.csv', date '2026-11-05', now(), now(), now(), n
  FROM generate_series(1, {rows} / 500 + 1) n;
INSERT INTO pay_jobs.settlement_rows (file_id, line, run_id, outcome, rule, detail, kind, record_type, source_type,
       source_number, application_id, application_date, amount, customer_account, target_type, target_number,
       original_amount, outstanding_amount, status, content_hash)
SELECT n / 500 + 1, n % 500 + 2, n / 500 + 1, 'applied', '', '', 'SETTLE_PAD', 'PADP', 'BCR-PAD Daily',
       'PADRC' || lpad(n::text, 8, '0'), 5000000 + n, date '2026-11-05', 31.50, (800000 + n % 5000)::text, 'INV',
       'REG' || lpad(n::text, 8, '0'), 31.50, 0, 'Fully PAID', md5(n::text)::uuid
  FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT n / 500 + 1, n, 'receipts', n, jsonb_build_object('id', n, 'invoice_id', n, 'receipt_number', 'PADRC' || n,
       'receipt_amount', 31.50, 'receipt_date', '2026-11-05T00:00:00')
  FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, journal, subject, side, amount,
                                     effective_date, code, message, outcome, rule)
SELECT n / 500 + 1, n % 500 + 3, n / 500 + 1, 'JD', n / 20, (10000000 + n)::text, CASE n % 2 WHEN 0 THEN 'C' ELSE 'D' END,
       31.50, date '2026-11-18', '0000', '', 'applied', 'paid'
  FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number, amount)
SELECT n / 500 + 1, n % 500 * 2 + 3, 'invoice', (10000000 + n)::text, 31.50 FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.outbox (created_on, run_id, channel, kind, ordering_key, idempotency_key, payload, state, attempts,
                             begun_on, delivered_on, answer)
SELECT now(), n / 100, 'event', 'bc.registry.payment', 'account:' || (1000 + n % 5000), 'completed:' || n,
       jsonb_build_object('topic', 'business-pay', 'type', 'bc.registry.payment', 'data', jsonb_build_object('id', n,
         'statusCode', 'COMPLETED', 'filingIdentifier', n, 'corpTypeCode', 'BEN', 'product', 'BUSINESS')),
       'delivered', 1, now(), now(), jsonb_build_object('id', '13243279862349')
  FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.job_runs (job, arguments, command, shard_number, shard_count, status, triggered_by, pod, version,
                               started_on, finished_on, exit_code, counts, progress, rejects, artifacts, lock_name, notes)
SELECT 'PAD_RECONCILE', '[]', 'PAD_RECONCILE', 1, 1, 'done', 'cronjob', 'pad-reconcile-29000' || n || '-x8k2v',
       '2026.11.1', now() - n * interval '1 minute', now(), 0, jsonb_build_object('messages_delivered', 0), '[]', 0, '[]',
       'PAD_RECONCILE', '["No new files were found."]'
  FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.scheduled_runs (job, scheduled_for, owner, owner_key, attempt, run_id, state, exit_code, claimed_on,
                                     finished_on)
SELECT 'PAD_RECONCILE', now() - n * interval '5 minutes', 'scheduler-7c9d-x8k2v', 123456789, 1, n, 'done', 0, now(), now()
  FROM generate_series(1, {rows}) n;
INSERT INTO pay_jobs.stale_reports (run_id, scope, as_of, finished_on, stuck, waiting, stuck_amount)
SELECT n, 'all', now(), now(), 400, 2000, 12345 FROM generate_series(1, {rows} / 500 + 1) n;
INSERT INTO pay_jobs.stale_invoices (report_id, invoice_id, code, is_stuck, total)
SELECT n / 500 + 1, n, 'P10', true, 31.50 FROM generate_series(1, {rows}) n
