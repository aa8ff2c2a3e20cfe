-- List the settlement rows that were not booked because their number counted as bounced.
-- in     numbers text[]: CFS numbers of which the bounce is taken back
-- out    file_id, line, file, number, amount, is_skipped: whether `repair pad-rejects` does not know it yet
-- again  reads only
SELECT unbooked.file_id,
       unbooked.line,
       file.name AS file,
       unbooked.target_number AS number,
       unbooked.amount,
       unbooked.outcome = 'skipped' AS is_skipped
  FROM pay_jobs.settlement_rows AS unbooked
  JOIN pay_jobs.inbound_files AS file
    ON file.id = unbooked.file_id
 WHERE unbooked.target_number = ANY (CAST(:numbers AS text[]))
   AND (   unbooked.outcome = 'rejected'
       AND unbooked.rule = 'card_invoice_shares_number'
        OR unbooked.outcome = 'skipped'
       AND unbooked.kind = 'SETTLE_PAD'
       AND unbooked.rule IN ('card_invoice_shares_number', 'bounced_since'))
 ORDER BY unbooked.file_id,
          unbooked.line
