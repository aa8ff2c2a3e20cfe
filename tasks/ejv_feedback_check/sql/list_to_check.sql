-- List what needs attention: refused by CGI, not applicable, charged or given back though nobody owes or asks for it, moved
-- a second time, of another amount, or without a date; also the held parts of which it is known now that they are paid back
-- by hand (hold_partial_refunds.sql).
-- in     limit
-- out    one row a thing, in the order of the file
WITH answered AS (
       SELECT refund.invoice_id
         FROM feedback_items AS item
         JOIN refunds_partial AS refund
           ON refund.id = item.refund_id
        WHERE item.outcome = 'applied'
          AND item.effect = 'partially_refunded'
          AND (item.is_accepted OR item.rule = 'in_newer_batch')
     )
SELECT coalesce(refused_line, line) AS at_line, journal, subject, link_id, amount, expected, message, effect,
       outcome, rule, is_accepted, is_header_refused, is_undated, effective_date, invoice_status, status_before, earlier,
       invoice_id, was_never_charged, refused_sides
  FROM feedback_items
 WHERE outcome = 'rejected'
    OR rule = 'settled_before'
    OR outcome = 'applied' AND (NOT is_accepted OR is_header_refused OR is_undated OR amount <> expected
                                OR effect IN ('charged', 'returned') AND rule <> 'booked_before'
                                OR rule NOT IN ('', 'booked_before'))
 UNION ALL
SELECT NULL, NULL, part.invoice_id || '-PR-' || part.id, part.id, refund.refund_amount, NULL, '', 'partially_refunded',
       'rejected', 'paid_in_part', false, false, false, NULL, NULL, NULL, NULL, part.invoice_id, false,
       NULL
  FROM <<answered.parts>> AS part
  JOIN refunds_partial AS refund
    ON refund.id = part.id
 WHERE part.is_held
   AND part.is_paid
   AND NOT EXISTS (SELECT FROM feedback_items AS item
                    WHERE item.refund_id = part.id
                      AND item.rule = 'paid_in_part')
 ORDER BY at_line NULLS LAST, link_id
 LIMIT :limit
