-- List what a person must look at: refused by CGI, not applicable, charged though given up, moved a second time, or of
-- another amount.
-- in     limit
-- out    one row a thing, in the order of the file
SELECT line, coalesce(refused_line, line) AS at_line, journal, subject, link_id, amount, expected, message, effect,
       outcome, rule, is_accepted, status_before, invoice_id
  FROM feedback_items
 WHERE outcome = 'rejected'
    OR rule = 'settled_before'
    OR outcome = 'applied' AND (NOT is_accepted OR effect = 'charged' OR amount <> expected)
 ORDER BY line NULLS LAST, link_id
 LIMIT :limit
