-- Tell what became of the files of one name.
-- in     name
-- out    at, what, detail
-- again  reads only
SELECT at, what, detail
  FROM (
       SELECT file.received_on AT TIME ZONE 'UTC' AS at, 1 AS rank, 'file received' AS what,
              file.source || ' file ' || file.id || ', now ' || file.state || ', ' || file.size_bytes || ' bytes, sha256 ' || left(file.sha256, 12)
              || coalesce(', kept as ' || file.object_key, '') || coalesce(': ' || file.reason, '') AS detail
         FROM pay_jobs.inbound_files AS file WHERE file.name = :name
       UNION ALL
       SELECT file.applied_on AT TIME ZONE 'UTC', 2, 'rows ' || line.outcome,
              count(*) || ' rows, ' || sum(line.amount) || ' CAD' || coalesce(', ' || nullif(line.rule, ''), '')
         FROM pay_jobs.settlement_rows AS line
         JOIN pay_jobs.inbound_files AS file ON file.id = line.file_id
        WHERE file.name = :name
        GROUP BY file.id, file.applied_on, line.outcome, line.rule
       UNION ALL
       SELECT batch.applied_on AT TIME ZONE 'UTC', 3, 'batch ' || coalesce(CAST(batch.batch_number AS text), '?') || ' ' || batch.state,
              'lines ' || batch.first_line || ' to ' || batch.last_line || coalesce(': ' || batch.reason, '')
         FROM pay_jobs.feedback_batches AS batch
         JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
        WHERE file.name = :name
       UNION ALL
       SELECT settlement.received_on, 4, 'cas_settlements', 'processed '
              || coalesce(CAST(settlement.processed_on AS text), 'never')
         FROM cas_settlements AS settlement WHERE settlement.file_name = :name
       UNION ALL
       SELECT CASE :name WHEN batch.file_ref THEN batch.created_on WHEN batch.feedback_file_ref THEN batch.completed_on END,
              5,
              CASE :name WHEN batch.file_ref THEN 'inbox file' WHEN batch.ack_file_ref THEN 'acknowledgement' ELSE 'feedback' END,
              'of batch ' || batch.id || ', ' || coalesce(batch.file_type, '?') || ' ' || coalesce(batch.disbursement_status_code, '?')
         FROM ejv_files AS batch WHERE :name IN (batch.file_ref, batch.ack_file_ref, batch.feedback_file_ref)
       UNION ALL
       SELECT file.received_on AT TIME ZONE 'UTC', 6, 'would freeze',
              'account ' || coalesce(frozen.auth_account_id, '?') || ' (CFS ' || frozen.customer_account || '), invoice '
              || frozen.invoice_number || ', owing ' || frozen.owing || ' CAD'
         FROM pay_jobs.fuse_accounts AS frozen
         JOIN pay_jobs.inbound_files AS file ON file.id = frozen.file_id
        WHERE file.name = :name
       ) AS events
 ORDER BY at NULLS LAST, rank, detail
