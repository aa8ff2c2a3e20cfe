-- Stage the rejected rows that could be read, to try them again.
-- in     numbers text[]: only rows about these CFS numbers; null for all
-- out    the number of rows
-- again  rows that are rejected once more stay rejected
INSERT INTO settlement_staged (
       file_id, line, kind, rule, detail, record_type, source_type, source_number, application_id, application_date,
       amount, customer_account, target_type, target_number, original_amount, outstanding_amount, status,
       reversal_reason, content_hash)
SELECT file_id, line, kind, '', '', record_type, source_type, source_number, application_id, application_date,
       amount, customer_account, target_type, target_number, original_amount, outstanding_amount, status,
       reversal_reason, content_hash
  FROM pay_jobs.settlement_rows
 WHERE outcome = 'rejected'
   AND kind <> 'REJECT'
   AND (CAST(:numbers AS text[]) IS NULL OR target_number = ANY (CAST(:numbers AS text[])))
