-- Record every row with its outcome; a retried row takes what it reads as now.
-- in     run_id
-- out    the number of rows
-- again  the key is file and line
INSERT INTO pay_jobs.settlement_rows (
       file_id, line, run_id, outcome, rule, detail, kind, record_type, source_type, source_number, application_id,
       application_date, amount, customer_account, target_type, target_number, original_amount, outstanding_amount,
       status, reversal_reason, content_hash)
SELECT file_id, line, :run_id, outcome, rule, detail, kind, record_type, source_type, source_number, application_id,
       application_date, amount, customer_account, target_type, target_number, original_amount, outstanding_amount,
       status, reversal_reason, content_hash
  FROM settlement_done
    ON CONFLICT (file_id, line) DO UPDATE
   SET run_id = excluded.run_id,
       outcome = excluded.outcome,
       rule = excluded.rule,
       detail = excluded.detail,
       kind = excluded.kind,
       record_type = excluded.record_type,
       source_type = excluded.source_type,
       source_number = excluded.source_number,
       application_id = excluded.application_id,
       application_date = excluded.application_date,
       amount = excluded.amount,
       customer_account = excluded.customer_account,
       target_type = excluded.target_type,
       target_number = excluded.target_number,
       original_amount = excluded.original_amount,
       outstanding_amount = excluded.outstanding_amount,
       status = excluded.status,
       reversal_reason = excluded.reversal_reason,
       content_hash = excluded.content_hash
