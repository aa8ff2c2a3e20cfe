-- Give the rows of credit memos their outcome: applied where an application was written, else why not.
-- in     placed_files, placed_lines (the rows whose application was written), memos_only
-- out    the number of rows
-- again  an application that was there before makes the row already applied
UPDATE settlement_resolved AS resolved
   SET outcome = CASE WHEN placed.line IS NOT NULL THEN 'applied'
                      WHEN known.application_id IS NOT NULL THEN 'already_applied'
                      ELSE resolved.outcome END,
       rule = CASE WHEN placed.line IS NOT NULL THEN 'credit_applied'
                   WHEN known.application_id IS NOT NULL THEN 'credit_applied'
                   WHEN resolved.kind = 'MEMO_PART' THEN 'no_credit_memo'
                   ELSE resolved.rule END
  FROM settlement_resolved AS memo
  LEFT JOIN unnest(CAST(:placed_files AS bigint[]), CAST(:placed_lines AS integer[])) AS placed (file_id, line)
    ON placed.file_id = memo.file_id
   AND placed.line = memo.line
  LEFT JOIN LATERAL (SELECT applied.application_id FROM applied_credits AS applied
                      WHERE applied.application_id = memo.application_id LIMIT 1) AS known ON true
 WHERE resolved.file_id = memo.file_id
   AND resolved.line = memo.line
   AND memo.record_type = 'CMAP'
   AND memo.outcome IN ('skipped', 'already_applied')
   AND memo.rule <> 'same_row'
   AND memo.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
   AND (memo.kind = 'MEMO_PART') = :memos_only
