-- Close the links whose things were answered; a link represents all that share its key in the journal.
-- in     -
-- out    nothing
-- again  closed links are left alone
UPDATE ejv_links AS link
   SET disbursement_status_code = CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END,
       message                  = coalesce(answer.message, link.message)
  FROM (SELECT journal, link_type, link_id, bool_and(is_accepted) AS is_accepted, min(message) AS message
          FROM feedback_items
         WHERE outcome = 'applied'
         GROUP BY journal, link_type, link_id) AS answer
 WHERE link.ejv_header_id = answer.journal
   AND coalesce(link.link_type, 'invoice') = answer.link_type
   AND link.link_id = answer.link_id
   AND coalesce(link.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
