-- Find what decisions about settlement files may excuse, from the rows of the files that we know.
-- in     since (naive UTC, or null), unfinished text[] (files that the old system began and did not finish)
-- out    decision, kind and subject: file, number, receipt, account, CFS account, invoice
-- again  reads only
-- source docs/decisions/pad-reconcile.md, "Rows that differ"
WITH files AS (
       SELECT id, name, state
         FROM pay_jobs.inbound_files
        WHERE received_on >= coalesce(CAST(:since AS timestamp) AT TIME ZONE 'UTC', '-infinity')
     ),
     lines AS MATERIALIZED (
       SELECT line.*, files.name
         FROM pay_jobs.settlement_rows AS line
         JOIN files
           ON files.id = line.file_id
     ),
     several AS (
       SELECT target_number,
              count(*) FILTER (WHERE kind = 'PART_ONE') AS parts,
              count(*) FILTER (WHERE kind = 'SETTLE_PAD') AS pad,
              count(*) FILTER (WHERE kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE', 'MEMO_PART')) AS any
         FROM lines
        WHERE outcome = 'applied'
           OR kind = 'MEMO_PART'
        GROUP BY target_number
       HAVING count(*) > 1
     ),
     spoken AS (
       SELECT 'D-PAD-01' AS decision, * FROM lines
        WHERE outcome = 'applied'
          AND EXISTS (SELECT FROM invoice_references AS reference
                        JOIN invoices AS given_up
                          ON given_up.id = reference.invoice_id
                         AND given_up.invoice_status_code IN (<<final>>)
                       WHERE reference.invoice_number = target_number)
        UNION ALL
       SELECT 'D-PAD-03', * FROM lines
        WHERE kind = 'BOUNCE' AND outcome = 'applied'
        UNION ALL
       SELECT 'D-PAD-04', * FROM lines
        WHERE name = ANY (:unfinished)
          AND outcome IN ('applied', 'already_applied')
        UNION ALL
       SELECT 'D-PAD-06', * FROM lines
        WHERE kind = 'BOUNCE' AND outcome = 'applied'
          AND NOT EXISTS (SELECT FROM non_sufficient_funds AS fee WHERE fee.invoice_number = target_number)
        UNION ALL
       SELECT 'D-PAD-07', * FROM lines
        WHERE outcome <> 'applied' AND record_type IN ('PADP', 'PADR', 'PAYR', 'BOLP')
        UNION ALL
       SELECT 'D-PAD-08', * FROM lines
        WHERE kind = 'BOUNCE' AND outcome = 'applied'
        UNION ALL
       SELECT 'D-PAD-09', lines.* FROM lines JOIN several USING (target_number)
        WHERE several.any > 1
        UNION ALL
       SELECT 'D-PAD-10', * FROM lines
        WHERE kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT') AND outcome = 'applied' AND amount = 0
        UNION ALL
       SELECT 'D-PAD-11', * FROM lines
        WHERE rule = 'came_late'
        UNION ALL
       SELECT 'D-PAD-12', lines.* FROM lines JOIN several USING (target_number)
        WHERE several.parts > 1
        UNION ALL
       SELECT 'D-PAD-13', * FROM lines
        WHERE outcome = 'rejected'
        UNION ALL
       SELECT 'D-PAD-14', * FROM lines
        WHERE record_type = 'ONAP' AND outcome = 'applied'
        UNION ALL
       SELECT 'D-PAD-15', * FROM lines
        WHERE record_type = 'BOLP'
        UNION ALL
       SELECT 'D-PAD-16', * FROM lines
        WHERE kind = 'BOUNCE' AND outcome = 'applied'
          AND EXISTS (SELECT FROM payments AS card
                       WHERE card.invoice_number = target_number AND card.payment_method_code IN ('CC', 'DIRECT_PAY'))
        UNION ALL
       SELECT 'D-PAD-17', lines.* FROM lines
        WHERE kind = 'BOUNCE' AND outcome = 'applied'
          AND (SELECT count(*) FROM payments AS failed
                WHERE failed.invoice_number = target_number AND failed.payment_status_code IN ('FAILED', 'DELETED')) > 1
        UNION ALL
       SELECT 'D-PAD-18', lines.* FROM lines JOIN several USING (target_number)
        WHERE several.pad > 1
        UNION ALL
       SELECT 'D-PAD-20', * FROM lines
        WHERE rule = 'reversal_on_account'
     )
SELECT DISTINCT spoken.decision, about.kind, about.subject
  FROM spoken
 CROSS JOIN LATERAL (
         SELECT 'file' AS kind, spoken.name AS subject
          UNION ALL
         SELECT 'number', nullif(spoken.target_number, '')
          UNION ALL
         SELECT 'receipt', nullif(spoken.source_number, '')
          UNION ALL
         SELECT 'CFS account', nullif(spoken.customer_account, '')
          UNION ALL
         SELECT 'account', CAST(profile.account_id AS text)
           FROM cfs_accounts AS profile
          WHERE profile.cfs_account = spoken.customer_account
            AND spoken.customer_account <> ''
          UNION ALL
         SELECT 'invoice', CAST(reference.invoice_id AS text)
           FROM invoice_references AS reference
          WHERE reference.invoice_number = spoken.target_number
       ) AS about
 WHERE about.subject IS NOT NULL
 UNION ALL
SELECT 'D-PAD-22', 'number', target_number
  FROM lines
 WHERE kind = 'BOUNCE'
   AND outcome = 'applied'
   AND EXISTS (SELECT FROM payments AS failed
                 JOIN payments AS deleted
                   ON deleted.invoice_number = failed.invoice_number
                  AND deleted.payment_status_code = 'DELETED'
                WHERE failed.invoice_number = target_number
                  AND failed.payment_status_code = 'FAILED'
                  AND failed.payment_method_code NOT IN ('CC', 'DIRECT_PAY'))
 UNION ALL
SELECT 'D-PAD-23', 'number', target_number
  FROM lines
 WHERE kind = 'BOUNCE'
   AND outcome = 'applied'
   AND (rule = 'another_receipt'
        OR EXISTS (SELECT FROM pay_jobs.settlement_rows AS other
                    WHERE other.target_number = lines.target_number
                      AND other.source_number <> lines.source_number
                      AND other.kind = 'BOUNCE'
                      AND other.outcome = 'applied'))
 UNION ALL
SELECT 'D-PAD-05', 'file', name
  FROM files
 WHERE state = 'known'
