-- Lock the invoices that the lines and links of a batch of journal vouchers are about.
-- in     batch; the {strength} of the lock, put in as words
-- out    the number of invoices
SELECT count(*)
  FROM (SELECT invoice.id
          FROM invoices AS invoice
         WHERE invoice.id IN (
               SELECT coalesce(invoice_id, CASE WHEN record = 'IH' AND subject ~ '^[0-9]{1,9}$'
                                                THEN CAST(subject AS integer) END)
                 FROM feedback_staged
                UNION
               SELECT link.link_id
                 FROM ejv_headers AS header
                 JOIN ejv_links AS link
                   ON link.ejv_header_id = header.id
                WHERE header.ejv_file_id = :batch
                  AND coalesce(link.link_type, 'invoice') = 'invoice')
         ORDER BY invoice.id
           FOR {strength} OF invoice) AS locked
