-- A week of the past, {back} weeks before the demo's: half of its accounts, what was settled, and what this service kept of it.
-- Each statement fills one table, and reads none that another fills: two run side by side.
INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_date, refund, refund_date,
                      service_fees, gst, corp_type_code, business_identifier, filing_id, folio_number, bcol_account,
                      payment_account_id, cfs_account_id, payment_method_code, overdue_date, disbursement_status_code,
                      disbursement_date, details)
SELECT {invoices} + id, created_by, created_on - interval '{back} weeks', invoice_status_code, total, paid,
       payment_date - interval '{back} weeks', refund, refund_date - interval '{back} weeks', service_fees, gst,
       corp_type_code, business_identifier, filing_id, folio_number, bcol_account, payment_account_id, cfs_account_id,
       payment_method_code, overdue_date - interval '{back} weeks', disbursement_status_code,
       disbursement_date - interval '{back} weeks', details
  FROM past.settled_invoices;
INSERT INTO payment_line_items (invoice_id, filing_fees, fee_schedule_id, quantity, description, total,
                                line_item_status_code, fee_distribution_id, service_fees, service_fees_gst,
                                statutory_fees_gst)
SELECT {invoices} + invoice_id, filing_fees, fee_schedule_id, quantity, description, total, line_item_status_code,
       fee_distribution_id, service_fees, service_fees_gst, statutory_fees_gst
  FROM past.settled_lines;
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on, is_consolidated)
SELECT {invoices} + invoice_id, invoice_number || '-{nth}', reference_number, status_code,
       created_on - interval '{back} weeks', is_consolidated
  FROM past.settled_references;
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT {invoices} + invoice_id, receipt_number || '-{nth}', receipt_date - interval '{back} weeks', receipt_amount
  FROM past.settled_receipts;
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,
                      invoice_number, payment_account_id, invoice_amount, created_by, receipt_number, is_routing_slip)
SELECT payment_system_code, payment_method_code, payment_status_code, paid_amount,
       payment_date - interval '{back} weeks', invoice_number || '-{nth}', payment_account_id, invoice_amount,
       created_by, receipt_number || '-{nth}', false
  FROM past.settled_payments;
INSERT INTO refunds (invoice_id, requested_date, requested_by, reason, status, type)
SELECT {invoices} + invoice_id, requested_date - interval '{back} weeks', requested_by, reason, status, type
  FROM past.settled_refunds;
INSERT INTO partner_disbursements (amount, created_on, feedback_on, processed_on, partner_code, is_reversal, status_code,
                                   target_id, target_type)
SELECT amount, created_on - interval '{back} weeks', created_on - interval '{back} weeks' + interval '2 days',
       created_on - interval '{back} weeks' + interval '2 days', corp_type_code, false, 'COMPLETED',
       {invoices} + invoice_id, 'invoice'
  FROM past.disbursements
 WHERE invoice_id IN (SELECT id FROM past.settled_invoices WHERE invoice_status_code = 'PAID');
INSERT INTO ejv_files (id, created_on, completed_on, file_ref, disbursement_status_code, feedback_file_ref, file_type)
SELECT {batches} + id, created_on - interval '{back} weeks', created_on - interval '{back} weeks', file_ref || '-{nth}',
       'COMPLETED', 'FEEDBACK-{nth}', file_type
  FROM past.batches;
INSERT INTO ejv_headers (id, disbursement_status_code, ejv_file_id, partner_code, payment_account_id)
SELECT {journals} + id, 'COMPLETED', {batches} + ejv_file_id, partner_code, payment_account_id
  FROM past.journals;
INSERT INTO ejv_links (link_id, ejv_header_id, disbursement_status_code, sequence, link_type)
SELECT {invoices} + link_id, {journals} + ejv_header_id, 'COMPLETED', sequence, link_type FROM past.settled_links;
INSERT INTO routing_slips (id, number, payment_account_id, status, total, remaining_amount, created_by, created_on,
                           routing_slip_date, cas_version_suffix)
SELECT {slips} + id, number || '{nth}', payment_account_id, 'COMPLETE', total, 0, created_by,
       created_on - interval '{back} weeks', routing_slip_date - 7 * {back}, 1
  FROM past.slips;
INSERT INTO statements (id, frequency, from_date, to_date, created_on, statement_settings_id, payment_account_id,
                        notification_status_code, is_interim_statement, payment_methods, is_empty)
SELECT {statements} + row_number() OVER (ORDER BY payment_account_id), 'WEEKLY', date '{sunday}' - 7 * {back},
       date '{sunday}' - 7 * {back} + 6, date '{sunday}' - 7 * {back} + 7, id, payment_account_id, 'SKIP', false, 'PAD', false
  FROM past.weekly_settings;
INSERT INTO statement_invoices (statement_id, invoice_id)
SELECT {statements} + setting.nth, {invoices} + invoice.id
  FROM past.settled_invoices AS invoice
  JOIN past.weekly_settings AS setting ON setting.payment_account_id = invoice.payment_account_id;
-- Five files of CAS and five of CGI.
INSERT INTO pay_jobs.inbound_files (id, source, name, sha256, size_bytes, state, object_key, remote_directory,
                                    remote_name, archived_as, business_date, received_on, archived_on, applied_on, run_id)
OVERRIDING SYSTEM VALUE
SELECT {files} + n, CASE WHEN n <= 5 THEN 'CAS' ELSE 'CGI' END, name, md5(name) || md5(name || 'x'), 400000, 'applied',
       'archive/' || name, '/data', name, name, day, day + interval '16 hours', day + interval '16 hours',
       day + interval '16 hours', {runs} + n
  FROM (SELECT n, day, CASE WHEN n <= 5 THEN 'BCR_PAYMENT_APPL_' || to_char(day, 'YYYYMMDD') || '.csv'
                            ELSE 'FEEDBACK.F3535.' || to_char(day, 'YYYYMMDD') || '214500' END AS name
          FROM (SELECT n, date '{sunday}' - 7 * {back} + 1 + (n - 1) % 5 AS day FROM generate_series(1, 10) n) AS dated) AS named;
INSERT INTO pay_jobs.settlement_figures (file_id, on_weekday, rows, amount, frozen, bounced, repeated, misdated, rejected)
SELECT {files} + n, true, {rows} / 5, {rows} * 6.30, 0, 0, 0, 0, 0 FROM generate_series(1, 5) n;
INSERT INTO pay_jobs.settlement_rows (file_id, line, run_id, outcome, rule, detail, kind, record_type, source_type,
       source_number, application_id, application_date, amount, customer_account, target_type, target_number,
       original_amount, outstanding_amount, status, content_hash)
SELECT {files} + 1 + n % 5, n / 5 + 2, {runs} + 1 + n % 5,
       CASE WHEN n < {bank_payments} THEN 'applied' ELSE 'skipped' END, '', '', 'SETTLE_PAD', 'PADP', 'BCR-PAD Daily',
       payment.receipt_number || '-{nth}', n, CAST(payment.payment_date AS date) - 7 * {back}, payment.paid_amount, '800000',
       'INV', payment.invoice_number || '-{nth}', payment.paid_amount, 0, 'Fully PAID', md5(n || '-{nth}')::uuid
  FROM generate_series(0, {rows} - 1) n
  JOIN past.bank_payments AS payment ON payment.nth = n % {bank_payments};
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT {files} + 1 + n % 5, n, 'receipts', {invoices} + n, jsonb_build_object('id', n, 'receipt_amount', 31.50)
  FROM generate_series(1, {rows} / 12) n;
INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line, state, run_id,
                                       applied_on)
SELECT {files} + 6 + (id - 1) % 5, id, 'GI', {batches} + id, 1, {rows}, 'applied', {runs} + 6,
       date '{sunday}' - 7 * {back} + 1 + CAST((id - 1) % 5 AS integer) + interval '16 hours'
  FROM past.batches;
INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, journal, subject, side, amount,
                                     effective_date, code, message, outcome, rule)
SELECT {files} + 6 + (link.batch - 1) % 5, n, {batches} + link.batch, 'JD', {journals} + link.ejv_header_id,
       CAST({invoices} + link.link_id AS text), CASE n % 2 WHEN 0 THEN 'C' ELSE 'D' END, 31.50,
       date '{sunday}' - 7 * {back} + 3, '0000', '', CASE WHEN n < 2 * {settled_links} THEN 'applied' ELSE 'already_applied' END, ''
  FROM generate_series(0, {rows} - 1) n
  JOIN past.settled_links AS link ON link.nth = n / 2 % {settled_links}
 UNION ALL
SELECT {files} + 6 + (id - 1) % 5, -10000 - id, {batches} + id, 'BH', NULL, NULL, NULL, NULL, NULL, '0000', '', 'applied', ''
  FROM past.batches
 UNION ALL
SELECT {files} + 6 + (ejv_file_id - 1) % 5, -id, {batches} + ejv_file_id, 'JH', {journals} + id, NULL, NULL, NULL, NULL, '0000',
       '', 'applied', ''
  FROM past.journals;
INSERT INTO pay_jobs.cgi_files (id, object_key, name, kind, lines, indexed_on)
OVERRIDING SYSTEM VALUE
SELECT {files} + n, 'archive/inbox-{nth}-' || n, 'INBOX-{nth}-' || n, 'inbox', {rows} / 10, now() FROM generate_series(6, 10) n;
INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number, amount)
SELECT {files} + 6 + n % 5, n, 'invoice', CAST({invoices} + n AS text), 31.50 FROM generate_series(1, {rows} / 10) n;
INSERT INTO pay_jobs.outbox (created_on, run_id, channel, kind, ordering_key, idempotency_key, payload, state, attempts,
                             begun_on, delivered_on)
SELECT date '{sunday}' - 7 * {back} + interval '12 hours', {runs} + 1, 'event', 'bc.registry.payment', 'account:' || n % 5000,
       'completed:{nth}-' || n, jsonb_build_object('data', jsonb_build_object('id', {invoices} + n)), 'delivered', 1, now(), now()
  FROM generate_series(1, {rows} / 10) n;
INSERT INTO pay_jobs.job_runs (id, job, command, status, triggered_by, pod, version, started_on, finished_on, exit_code,
                               counts, lock_name)
OVERRIDING SYSTEM VALUE
SELECT {runs} + n, job, job, 'done', 'cronjob', 'pod-' || n, '0.1.0', at, at + interval '20 seconds', 0,
       '{{"messages_delivered": 0}}', job
  FROM (SELECT n, now() - interval '{back} weeks' + n * interval '50 minutes' AS at,
               (ARRAY['PAD_RECONCILE', 'EJV_FEEDBACK_CHECK', 'ROUTING_SLIP_RECREATE', 'GENERATE_STATEMENTS',
                      'STALE_INVOICE_REPORT', 'verify'])[n % 6 + 1] AS job
          FROM generate_series(1, {job_runs}) n) AS made;
INSERT INTO pay_jobs.scheduled_runs (job, scheduled_for, owner, owner_key, run_id, state, exit_code, claimed_on, finished_on)
SELECT (ARRAY['PAD_RECONCILE', 'EJV_FEEDBACK_CHECK', 'ROUTING_SLIP_RECREATE', 'GENERATE_STATEMENTS',
              'STALE_INVOICE_REPORT', 'verify'])[n % 6 + 1], at, 'pod-' || n, 1, {runs} + n, 'done', 0, at, at + interval '20 seconds'
  FROM (SELECT n, now() - interval '{back} weeks' + n * interval '50 minutes' AS at
          FROM generate_series(1, {job_runs}) n) AS made;
INSERT INTO pay_jobs.open_items (kind, item, from_day, until_day, status, method, amount)
SELECT 'invoice', {invoices} + id, CAST(created_on AS date) - 7 * {back}, CAST(created_on AS date) - 7 * {back} + 3,
       'APPROVED', payment_method_code, total
  FROM past.settled_invoices;
INSERT INTO pay_jobs.stale_reports (id, run_id, scope, as_of, finished_on, stuck, waiting, stuck_amount)
OVERRIDING SYSTEM VALUE
SELECT {files} + n, {runs} + n, 'method=* account=*', at, at, {rows} / 25, 0, 12345
  FROM (SELECT n, now() - interval '{back} weeks' + n * interval '1 day' AS at FROM generate_series(1, 5) n) AS made;
INSERT INTO pay_jobs.stale_invoices (report_id, invoice_id, code, is_stuck, total)
SELECT {files} + 1 + n % 5, {invoices} + n, 'P10', true, 31.50 FROM generate_series(1, {rows} / 5) n
