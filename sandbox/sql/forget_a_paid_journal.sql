-- Take the last invoice that the feedback of a batch paid back to APPROVED, as a service that wrote an old row over it would.
-- in     batch integer
-- out    the invoice's id
-- again  takes the next one
  WITH chosen AS (
       SELECT max(invoice.id) AS id
         FROM invoices AS invoice
         JOIN ejv_links AS link ON link.link_id = invoice.id AND link.link_type = 'invoice'
         JOIN ejv_headers AS header ON header.id = link.ejv_header_id
        WHERE header.ejv_file_id = %(batch)s
          AND link.disbursement_status_code = 'COMPLETED'
          AND invoice.invoice_status_code = 'PAID')
UPDATE invoices AS invoice
   SET invoice_status_code = 'APPROVED', payment_date = NULL, paid = 0
  FROM chosen
 WHERE invoice.id = chosen.id
RETURNING invoice.id
