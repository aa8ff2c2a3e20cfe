-- Keep the outcome of the wave's rows.
-- in     -
-- out    the number of rows
INSERT INTO settlement_done
SELECT file_id, line, kind, rule, detail, record_type, source_type, source_number, application_id, application_date,
       amount, customer_account, target_type, target_number, original_amount, outstanding_amount, status,
       reversal_reason, content_hash, wave, outcome, payment_account_id
  FROM settlement_resolved
