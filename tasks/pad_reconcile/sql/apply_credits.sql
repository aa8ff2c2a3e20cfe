-- Apply credit memos to the invoices behind their number, the newest invoice first.
-- in     memos_only: true for rows that cover part of an invoice, false for those that cover the rest
-- out    one row a memo line in settlement_placed: the amount that found an invoice, and the rest
-- again  an Application Id that is known is left alone, and one that comes twice counts once
-- source docs/specs/cas-settlement-csv.md section 7 B; one transaction an Application Id (section 10 no. 10)
WITH first_rows AS (
       SELECT DISTINCT ON (resolved.application_id) resolved.*, credit.id AS credit_id, credit.account_id
         FROM wave_rows AS resolved
         JOIN LATERAL (
                SELECT credit.id, credit.account_id
                  FROM credits AS credit
                 WHERE credit.cfs_identifier = resolved.source_number
                   AND credit.is_credit_memo
                 ORDER BY credit.id
                 LIMIT 1
              ) AS credit ON true
        WHERE resolved.record_type = 'CMAP'
          AND resolved.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
          AND (resolved.kind = 'MEMO_PART') = :memos_only
          AND resolved.outcome <> 'rejected'
          AND resolved.rule <> 'same_row'
        ORDER BY resolved.application_id, resolved.line
     ),
     memos AS (
       SELECT line, kind, application_id, application_date, target_number, amount, customer_account,
              source_number, credit_id, account_id,
              sum(amount) OVER running - amount AS starts,
              sum(amount) OVER running AS ends
         FROM first_rows
        WHERE NOT EXISTS (SELECT FROM applied_credits AS known
                           WHERE known.application_id = first_rows.application_id)
       WINDOW running AS (PARTITION BY target_number ORDER BY line)
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
       SELECT account_id, application_id, part, customer_account, source_number, credit_id, application_date,
              total, target_number, invoice_id
         FROM parts
        ORDER BY line, invoice_id DESC
     ),
     placed AS (
       SELECT line, sum(part) AS amount FROM parts GROUP BY line
     )
INSERT INTO settlement_placed (line, kind, application_id, placed, unplaced)
SELECT memos.line,
       memos.kind,
       memos.application_id,
       coalesce(placed.amount, 0),
       memos.amount - coalesce(placed.amount, 0)
  FROM memos
  LEFT JOIN placed USING (line)
