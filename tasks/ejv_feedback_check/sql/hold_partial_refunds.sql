-- Hold the refused parts of an invoice of which another part was paid back, or may have been: the payment job sends all
-- parts of an invoice of which one is due.
-- in     - (after settle_links.sql)
-- again  the same rules are written
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
UPDATE feedback_items AS item
   SET rule = 'paid_in_part'
  FROM refunds_partial AS refused
 WHERE item.outcome = 'applied'
   AND item.rule = ''
   AND NOT item.is_accepted
   AND refused.id = item.refund_id
   AND EXISTS (SELECT FROM refunds_partial AS other
                WHERE other.invoice_id = refused.invoice_id
                  AND other.id <> refused.id
                  AND (other.status = 'REFUND_PROCESSED'
                       OR EXISTS (SELECT FROM ejv_links AS link
                                    JOIN ejv_headers AS header
                                      ON header.id = link.ejv_header_id
                                    JOIN ejv_files AS file
                                      ON file.id = header.ejv_file_id
                                     AND file.file_type = 'PAYMENT'
                                   WHERE link.link_type = 'partial_refund'
                                     AND link.link_id = other.id
                                     AND link.disbursement_status_code IS DISTINCT FROM 'ERRORED')))
