-- Settle among the rows of the wave what each alone cannot tell: rows that are the same, receipts with two credits, and
-- money for a settled number that all of it is too much.
-- in     -
-- out    the number of rows whose outcome is another now
-- again  the first of them stays applied
--
-- Rows that are the same count once: the first of them that can be applied. A row whose first is not applied after all
-- ends like it. Only rows whose outcome may depend on another row are sorted beside it.
WITH once AS (
       SELECT line, kind, target_number, content_hash, amount, room, outcome || ':' || rule AS resolved,
              CASE WHEN row_number() OVER (PARTITION BY content_hash ORDER BY line) > 1
                   THEN 'already_applied:same_row'
                   WHEN kind = 'ON_ACCOUNT'
                    AND original_amount > first_value(original_amount)
                          OVER (PARTITION BY source_number, kind ORDER BY line)
                   THEN 'rejected:credit_differs'
                   ELSE outcome || ':' || rule END AS verdict
         FROM wave_rows AS decided
        WHERE <<decided.counts>>
          AND (kind = 'ON_ACCOUNT'
               OR rule = 'came_late'
               OR content_hash IN (SELECT content_hash
                                     FROM wave_rows
                                    GROUP BY content_hash
                                   HAVING count(*) > 1))
     ),
     fitting AS (
       SELECT line, resolved, content_hash,
              CASE WHEN verdict = 'applied:came_late'
                    AND sum(amount) OVER (PARTITION BY target_number, verdict ORDER BY line) > room
                   THEN CASE WHEN kind = 'SETTLE_CREDIT' THEN 'skipped:nothing_open' ELSE 'rejected:paid_already' END
                   ELSE verdict END AS verdict
         FROM once
     ),
     final AS (
       SELECT line, resolved,
              CASE WHEN verdict = 'already_applied:same_row' AND first_value(verdict) OVER same <> resolved
                   THEN first_value(verdict) OVER same
                   ELSE verdict END AS verdict
         FROM fitting
       WINDOW same AS (PARTITION BY content_hash ORDER BY line)
     )
UPDATE wave_rows AS decided
   SET outcome = split_part(final.verdict, ':', 1),
       rule = split_part(final.verdict, ':', 2),
       detail = CASE final.verdict
                WHEN 'rejected:credit_differs' THEN
                     'receipt ' || source_number || ' already has a credit of another amount: this row says '
                     || original_amount || ' CAD'
                WHEN 'rejected:paid_already' THEN
                     decided.target_number || ' is settled and only ' || decided.room
                     || ' CAD of it is open: no room for ' || decided.amount || ' CAD'
                ELSE decided.detail END
  FROM final
 WHERE decided.line = final.line
   AND final.verdict <> final.resolved
