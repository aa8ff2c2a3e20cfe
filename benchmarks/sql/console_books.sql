-- What the jobs keep, large: runs over a year, files with settlement rows, a report, statements of a year, messages,
-- closed days of a year.
INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, started_on, finished_on, exit_code,
                               counts, log)
SELECT name, name, CASE WHEN n % 997 = 0 THEN 'failed' WHEN n % 311 = 0 THEN 'attention' ELSE 'done' END, 'cronjob',
       'pod-' || n, '0.1.0', at, at + interval '20 seconds',
       CASE WHEN n % 997 = 0 THEN 1 WHEN n % 311 = 0 THEN 3 ELSE 0 END, '{{"rows_read": 1200}}',
       CASE WHEN n % 997 = 0
            THEN (SELECT jsonb_agg(jsonb_build_object('timestamp', at, 'level', 'info', 'event', 'file.listed',
                                                      'exception', '', 'facts', ARRAY[ARRAY['name', 'FILE_' || line]]))
                    FROM generate_series(1, 200) AS line)
            ELSE '[]' END
  FROM (SELECT n, now() - ({runs} - n) * interval '5 minutes' AS at,
               (ARRAY['PAD_RECONCILE', 'ROUTING_SLIP_RECREATE', 'ROUTING_SLIP_RECREATE', 'EJV_FEEDBACK_CHECK',
                      'GENERATE_STATEMENTS', 'check'])[n % 6 + 1] AS name
          FROM generate_series(1, {runs}) AS n) AS made;
INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, business_date, received_on, applied_on)
SELECT 'CAS', 'BCR_PAYMENT_APPL_' || to_char(day, 'YYYYMMDD') || '.csv', repeat(md5(n::text), 2), 180000, 'applied',
       day, day + interval '16 hours', day + interval '16 hours 2 minutes'
  FROM (SELECT n, current_date - n AS day FROM generate_series(1, {files}) AS n) AS made;
INSERT INTO pay_jobs.settlement_rows (file_id, line, outcome, rule, detail, kind, record_type, source_type,
                                      source_number, application_date, amount, customer_account, target_type,
                                      target_number, original_amount, outstanding_amount, status, content_hash)
SELECT n % {files} + 1, n / {files} + 2, CASE WHEN n % 500 = 0 THEN 'rejected' ELSE 'applied' END, '', '', 'SETTLE_PAD',
       'PADP', 'Receipt', 'RC' || n, current_date - n % {files}, 31.50, (800000 + n % 5000)::text, 'INV',
       'REG' || lpad(n::text, 8, '0'), 31.50, 0, 'Fully PAID', md5(n::text)::uuid
  FROM generate_series(0, {rows} - 1) AS n;
INSERT INTO statement_settings (id, frequency, payment_account_id, from_date)
SELECT id, 'WEEKLY', id, date '2020-01-01' FROM payment_accounts;
INSERT INTO statements (id, frequency, from_date, to_date, created_on, payment_account_id, notification_status_code,
                        is_interim_statement)
SELECT row_number() OVER (), 'WEEKLY', saturday - 6, saturday, saturday + 1, account.id, 'SKIP', false
  FROM (SELECT CAST(date_trunc('week', current_date) AS date) - 2 - 7 * n AS saturday
          FROM generate_series(0, 51) AS n) AS week
 CROSS JOIN payment_accounts AS account;
INSERT INTO pay_jobs.stale_reports (scope, as_of, finished_on, stuck, waiting, stuck_amount, by_method, by_diagnosis)
SELECT 'method=* account=*', now() - n * interval '1 day', now() - n * interval '1 day', 60000, 900, 1890000,
       '{{"PAD": {{"count": 60000, "amount": "1890000.00"}}}}', '{{"P7": {{"count": 60000, "amount": "1890000.00"}}}}'
  FROM generate_series(29, 0, -1) AS n;
INSERT INTO pay_jobs.stale_invoices
SELECT (SELECT max(id) FROM pay_jobs.stale_reports), n, 'P7', true, 31.50 FROM generate_series(1, 60000) AS n;
INSERT INTO pay_jobs.outbox (channel, kind, ordering_key, idempotency_key, payload, state, next_attempt_on, delivered_on)
SELECT 'event', 'payment', 'account:' || n % 5000, 'made-' || n, '{{"amount": "31.50"}}',
       CASE WHEN n <= 200 THEN 'pending' ELSE 'delivered' END, now(), CASE WHEN n > 200 THEN now() END
  FROM generate_series(1, 50000) AS n;
INSERT INTO pay_jobs.closed_days (day, is_first, unexplained_rows, unexplained, remainders, reason, recorded_on)
SELECT current_date - n, false, 0, 0, '[]', 'the clock', now() - n * interval '1 day'
  FROM generate_series(1, 365) AS n;
INSERT INTO pay_jobs.closed_figures (day, figure, method, rows, amount, digest, keys)
SELECT current_date - n, figure, method, 1000, 31500.00, '', ARRAY(SELECT 'REG' || row FROM generate_series(1, 1000) AS row)
  FROM generate_series(1, 365) AS n,
       unnest(ARRAY['money.rows', 'money.others', 'journals.accepted', 'partners.disbursed', 'bounces.receipts'])
       AS figure,
       unnest(ARRAY['PAD', 'CC', 'EJV']) AS method;
