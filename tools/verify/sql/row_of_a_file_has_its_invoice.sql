-- An applied settlement line that names no invoice, payment or credit of ours.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md sections 5 to 8; what staff take back of an EFT payment, the EFT job deletes: its
--        link is REFUNDED, and CAS tells of it by an EFTR line
SELECT 'file ' || file.name || ' line ' || line.line AS row,
       'explain file ' || file.name AS next,
       CAST(NULL AS integer) AS account_id,
       CAST(line.application_date AS timestamp) AS day,
       format('%s %s of %s', lower(line.kind), line.target_number, line.amount) AS expected,
       'nothing under that number' AS found
  FROM pay_jobs.settlement_rows AS line
  JOIN pay_jobs.inbound_files AS file
    ON file.id = line.file_id
 WHERE line.outcome = 'applied'
   AND line.file_id >= :first_file
   AND CASE line.kind
       WHEN 'ON_ACCOUNT' THEN NOT EXISTS (SELECT FROM credits WHERE cfs_identifier = line.source_number)
       WHEN 'EFT_PAYMENT' THEN NOT EXISTS (SELECT FROM payments WHERE receipt_number = line.source_number
                                              AND payment_status_code = 'COMPLETED')
                           AND line.source_number NOT IN (SELECT receipt_number FROM eft_credit_invoice_links
                                                           WHERE status_code = 'REFUNDED' AND receipt_number IS NOT NULL)
                           AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS back
                                            WHERE back.source_number = line.source_number AND back.record_type = 'EFTR')
       WHEN 'MEMO_PART' THEN NOT EXISTS (SELECT FROM applied_credits WHERE application_id = line.application_id)
       ELSE NOT EXISTS (SELECT FROM invoice_references WHERE invoice_number = line.target_number) END
