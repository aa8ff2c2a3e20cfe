-- Hold the refused parts of an invoice of which a part was paid back, or is at CGI, be it the same one in an older batch.
-- in     - (after settle_links.sql)
-- out    the rule of each refused part in feedback_items
-- again  the same rules are written
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
WITH refused AS (
       SELECT refund.invoice_id
         FROM feedback_items AS item
         JOIN refunds_partial AS refund
           ON refund.id = item.refund_id
        WHERE item.outcome = 'applied'
          AND NOT item.is_accepted
     )
UPDATE feedback_items AS item
   SET rule = CASE WHEN part.is_paid AND NOT part.is_sent THEN 'paid_in_part' ELSE 'open_in_part' END
  FROM <<refused.parts>> AS part
 WHERE item.refund_id = part.id
   AND item.outcome = 'applied'
   AND item.rule = ''
   AND NOT item.is_accepted
   AND (part.is_paid OR part.is_at_cgi)
