-- Choose the parts that were held beside one that was refused now and is not held itself, and lock them: none of their
-- invoice was paid back or is at CGI any more, so the payment job may send them all.
-- in     - (after hold_partial_refunds.sql)
-- out    id
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
SELECT held.id
  FROM refunds_partial AS held
 WHERE held.status = 'REFUND_PROCESSING'
   AND held.invoice_id IN (SELECT refused.invoice_id
                             FROM feedback_items AS item
                             JOIN refunds_partial AS refused
                               ON refused.id = item.refund_id
                            WHERE item.outcome = 'applied'
                              AND item.rule = ''
                              AND NOT item.is_accepted)
   AND NOT EXISTS (SELECT FROM feedback_items AS item
                    WHERE item.refund_id = held.id
                      AND item.outcome = 'applied')
   AND EXISTS (SELECT FROM ejv_links AS link
                WHERE link.link_type = 'partial_refund'
                  AND link.link_id = held.id
                  AND link.disbursement_status_code = 'ERRORED')
 ORDER BY held.id
   FOR UPDATE
