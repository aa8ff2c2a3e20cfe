-- Choose the parts that were held until a part of their invoice was answered, as one was now, and lock them: none was paid
-- back or is at CGI any more, so the payment job may send them all.
-- in     - (after hold_partial_refunds.sql)
-- out    id, but of a part that was refused now (settle_partial_refunds.sql)
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
WITH answered AS (
       SELECT refund.invoice_id
         FROM feedback_items AS item
         JOIN refunds_partial AS refund
           ON refund.id = item.refund_id
        WHERE item.outcome = 'applied'
     )
SELECT refund.id
  FROM refunds_partial AS refund
  JOIN <<answered.parts>> AS part
    ON part.id = refund.id
 WHERE part.is_held
   AND NOT part.is_paid
   AND NOT part.is_at_cgi
   AND NOT EXISTS (SELECT FROM feedback_items AS item
                    WHERE item.refund_id = refund.id
                      AND item.outcome = 'applied'
                      AND item.rule = '')
 ORDER BY refund.id
   FOR UPDATE OF refund
