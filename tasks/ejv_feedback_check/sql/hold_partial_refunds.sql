-- Hold the refused parts of an invoice of which another part was paid back, or is at CGI: the payment job sends all parts
-- of an invoice of which one is due.
-- in     - (after settle_links.sql)
-- again  the same rules are written
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
UPDATE feedback_items AS item
   SET rule = CASE WHEN beside.is_paid THEN 'paid_in_part' ELSE 'open_in_part' END
  FROM (SELECT refused.id,
               bool_or(other.status = 'REFUND_PROCESSED'
                       OR coalesce(link.disbursement_status_code, '') = 'COMPLETED') AS is_paid
          FROM feedback_items
          JOIN refunds_partial AS refused
            ON refused.id = feedback_items.refund_id
          JOIN refunds_partial AS other
            ON other.invoice_id = refused.invoice_id
           AND other.id <> refused.id
          LEFT JOIN (ejv_links AS link
                     JOIN ejv_headers AS header
                       ON header.id = link.ejv_header_id
                     JOIN ejv_files AS file
                       ON file.id = header.ejv_file_id
                      AND file.file_type = 'PAYMENT')
            ON link.link_type = 'partial_refund'
           AND link.link_id = other.id
         WHERE other.status = 'REFUND_PROCESSED'
            OR link.id IS NOT NULL
           AND link.disbursement_status_code IS DISTINCT FROM 'ERRORED'
         GROUP BY refused.id) AS beside
 WHERE item.outcome = 'applied'
   AND item.rule = ''
   AND NOT item.is_accepted
   AND item.refund_id = beside.id
