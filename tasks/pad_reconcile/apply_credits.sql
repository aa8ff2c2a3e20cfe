-- Apply credit memos to the invoices behind their number, the newest invoice first.
-- in     memos_only: true for rows that cover part of an invoice, false for those that cover the rest
-- out    one row an application: file_id, line, the amount that found no invoice
-- again  an Application Id that is known is left alone
-- source docs/specs/cas-settlement-csv.md section 7 B; one transaction an Application Id (section 10 no. 10)
WITH memos AS (
       SELECT resolved.file_id, resolved.line, resolved.application_id, resolved.target_number, resolved.amount,
              resolved.customer_account, resolved.source_number, credit.id AS credit_id, credit.account_id,
              sum(resolved.amount) OVER running - resolved.amount AS starts,
              sum(resolved.amount) OVER running AS ends
         FROM settlement_resolved AS resolved
         JOIN LATERAL (
                SELECT credit.id, credit.account_id
                  FROM credits AS credit
                 WHERE credit.cfs_identifier = resolved.source_number
                   AND credit.is_credit_memo
                 ORDER BY credit.id
                 LIMIT 1
              ) AS credit ON true
        WHERE resolved.record_type = 'CMAP'
          AND resolved.target_type = 'INV'
          AND resolved.amount > 0
          AND resolved.application_id IS NOT NULL
          AND (resolved.kind = 'MEMO_PART') = :memos_only
          AND resolved.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
          AND resolved.outcome <> 'rejected'
          AND resolved.rule <> 'same_row'
          AND NOT EXISTS (SELECT FROM applied_credits AS known WHERE known.application_id = resolved.application_id)
       WINDOW running AS (PARTITION BY resolved.target_number ORDER BY resolved.file_id, resolved.line)
     ),
     invoices_behind AS (
       SELECT DISTINCT reference.invoice_number, invoice.id AS invoice_id, invoice.total,
              invoice.total - coalesce((SELECT sum(known.amount_applied) FROM applied_credits AS known
                                         WHERE known.invoice_id = invoice.id), 0) AS room
         FROM invoice_references AS reference
         JOIN invoices AS invoice
           ON invoice.id = reference.invoice_id
        WHERE reference.invoice_number IN (SELECT target_number FROM memos)
          AND reference.status_code <> 'CANCELLED'
          AND invoice.payment_method_code <> 'CC'
     ),
     room AS (
       SELECT invoice_number, invoice_id, total,
              sum(room) OVER running - room AS starts,
              sum(room) OVER running AS ends
         FROM invoices_behind
        WHERE room > 0
       WINDOW running AS (PARTITION BY invoice_number ORDER BY invoice_id DESC)
     ),
     parts AS (
       SELECT memos.*, room.invoice_id, room.total,
              least(memos.ends, room.ends) - greatest(memos.starts, room.starts) AS part
         FROM memos
         JOIN room
           ON room.invoice_number = memos.target_number
          AND room.starts < memos.ends
          AND memos.starts < room.ends
     ),
     inserted AS (
       INSERT INTO applied_credits (
              account_id, application_id, amount_applied, cfs_account, cfs_identifier, credit_id, created_on,
              invoice_amount, invoice_number, invoice_id)
       SELECT account_id, application_id, part, customer_account, source_number, credit_id, :now,
              total, target_number, invoice_id
         FROM parts
    RETURNING application_id
     )
SELECT memos.file_id,
       memos.line,
       memos.amount - coalesce((SELECT sum(part) FROM parts
                                 WHERE parts.file_id = memos.file_id AND parts.line = memos.line), 0) AS unplaced
  FROM memos
 WHERE EXISTS (SELECT FROM inserted WHERE inserted.application_id = memos.application_id)
    OR NOT EXISTS (SELECT FROM parts WHERE parts.file_id = memos.file_id AND parts.line = memos.line)
