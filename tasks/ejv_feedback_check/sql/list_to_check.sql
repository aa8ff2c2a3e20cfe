-- List what needs attention: refused by CGI, not applicable, charged or given back though nobody owes or asks for it, moved
-- a second time, of another amount, or without a date.
-- in     limit
-- out    one row a thing, in the order of the file
SELECT coalesce(refused_line, line) AS at_line, journal, subject, link_id, amount, expected, message, effect,
       outcome, rule, is_accepted, is_header_refused, is_undated, effective_date, invoice_status, status_before, earlier,
       invoice_id, was_never_charged
  FROM feedback_items
 WHERE outcome = 'rejected'
    OR rule = 'settled_before'
    OR outcome = 'applied' AND (NOT is_accepted OR is_header_refused OR is_undated OR amount <> expected
                                OR effect IN ('charged', 'returned') AND rule <> 'booked_before'
                                OR rule NOT IN ('', 'booked_before'))
 ORDER BY line NULLS LAST, link_id
 LIMIT :limit
