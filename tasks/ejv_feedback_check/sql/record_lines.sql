-- Keep every line of the batch with what became of it.
-- in     file_id, batch
-- out    nothing
-- again  the key is file and line; lines of an earlier try were taken out before (forget_lines.sql)
INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, journal, subject, side, amount, effective_date,
                                     code, message, outcome, rule)
SELECT :file_id, staged.line, :batch, staged.record, staged.journal, staged.subject, staged.side, staged.amount,
       staged.effective_date, staged.code, staged.message,
       CASE WHEN staged.fault <> '' THEN 'rejected' ELSE coalesce(item.outcome, 'applied') END,
       CASE WHEN staged.fault <> '' THEN 'unreadable' ELSE coalesce(item.rule, '') END
  FROM feedback_staged AS staged
  LEFT JOIN feedback_items AS item
    ON item.subject = staged.subject
   AND item.journal IS NOT DISTINCT FROM CASE WHEN staged.record = 'JD' THEN staged.journal ELSE item.journal END
