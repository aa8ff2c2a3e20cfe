-- List the parts that wait, and are at CGI no more, of the invoices of which a batch had a part, and lock them.
-- in     batch
-- out    id, invoice_id, was_paid: an earlier batch paid it back; and whether a part of the invoice was paid back, or is at
--        CGI: the payment job would send that again
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
WITH sent AS (
       SELECT refund.invoice_id
         FROM ejv_headers AS header
         JOIN ejv_links AS link
           ON link.ejv_header_id = header.id
          AND link.link_type = 'partial_refund'
         JOIN refunds_partial AS refund
           ON refund.id = link.link_id
        WHERE header.ejv_file_id = :batch
     )
SELECT refund.id, refund.invoice_id, part.was_paid, part.is_paid, part.is_at_cgi
  FROM refunds_partial AS refund
  JOIN <<sent.parts>> AS part
    ON part.id = refund.id
 WHERE part.is_held
    OR part.was_paid
 ORDER BY refund.id
   FOR UPDATE OF refund
