-- Give the rows of credit memos their outcome: applied where an application was written, else why not.
-- in     memos_only; settlement_placed says which rows apply_credits looked at, and the amount that found an invoice
-- out    the number of rows
-- again  an application that was there before makes the row already applied
--
-- A row that also settles its invoice, and did so, stays applied; where nobody has its memo, its rule says so. A second
-- row of an application ends like the first where that one found no invoice.
UPDATE wave_rows AS resolved
   SET outcome = CASE WHEN looked_at.placed > 0 AND looked_at.line = memo.line
                      THEN 'applied'
                      WHEN looked_at.placed = 0 AND resolved.kind = 'MEMO_PART' THEN 'rejected'
                      WHEN known.application_id IS NOT NULL THEN 'already_applied'
                      ELSE resolved.outcome END,
       rule = CASE WHEN looked_at.placed = 0 AND resolved.kind = 'MEMO_PART' THEN 'no_room_for_credit'
                   WHEN known.application_id IS NOT NULL THEN 'credit_applied'
                   WHEN resolved.kind = 'MEMO_PART' OR resolved.outcome = 'applied' THEN 'no_credit_memo'
                   ELSE resolved.rule END,
       detail = CASE WHEN looked_at.placed = 0 AND resolved.kind = 'MEMO_PART'
                     THEN 'no invoice of ' || resolved.target_number || ' has room for the credit memo'
                     ELSE resolved.detail END
  FROM wave_rows AS memo
  LEFT JOIN settlement_placed AS looked_at
    ON looked_at.application_id = memo.application_id
  LEFT JOIN LATERAL (SELECT applied.application_id FROM applied_credits AS applied
                      WHERE applied.application_id = memo.application_id LIMIT 1) AS known ON true
 WHERE resolved.line = memo.line
   AND memo.record_type = 'CMAP'
   AND memo.rule <> 'same_row'
   AND memo.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
   AND (memo.kind = 'MEMO_PART') = :memos_only
   AND (memo.outcome IN ('skipped', 'already_applied')
        OR (memo.outcome = 'applied'
            AND known.application_id IS NULL
            AND NOT EXISTS (SELECT FROM credits WHERE cfs_identifier = memo.source_number AND is_credit_memo)))
