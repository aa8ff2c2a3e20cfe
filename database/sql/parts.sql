-- The parts of partially refunded invoices, and whether each may go to CGI again: the payment job sends all parts of an
-- invoice of which one is due.
-- in     the alias of a table of invoice_id, in place of the name in braces
-- out    a table: id, invoice_id; is_held: every batch that had the part refused it, and it was not set free; was_paid: one
--        of them paid it back and none has it now, though it waits; is_sent: a batch that has it was not answered; of all
--        parts of its invoice: is_paid: one was paid back; is_at_cgi: one is sent
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
(SELECT one.id, one.invoice_id, one.is_held, one.was_paid, one.is_sent,
        bool_or(one.is_paid) OVER invoice AS is_paid,
        bool_or(one.is_sent) OVER invoice AS is_at_cgi
   FROM (SELECT part.id, part.invoice_id,
                part.status = 'REFUND_PROCESSING' AND bool_and(link.state = 'ERRORED') AS is_held,
                part.status = 'REFUND_PROCESSING' AND bool_or(link.state = 'COMPLETED')
                  AND bool_and(link.state IN ('COMPLETED', 'ERRORED')) AS was_paid,
                coalesce(bool_or(link.state NOT IN ('COMPLETED', 'ERRORED')), false) AS is_sent,
                part.status = 'REFUND_PROCESSED' OR coalesce(bool_or(link.state = 'COMPLETED'), false) AS is_paid
           FROM refunds_partial AS part
           LEFT JOIN (SELECT sent.link_id, coalesce(sent.disbursement_status_code, '') AS state
                        FROM ejv_links AS sent
                        JOIN ejv_headers AS header
                          ON header.id = sent.ejv_header_id
                        JOIN ejv_files AS file
                          ON file.id = header.ejv_file_id
                         AND file.file_type = 'PAYMENT'
                       WHERE sent.link_type = 'partial_refund') AS link
             ON link.link_id = part.id
          WHERE part.invoice_id IN (SELECT invoice_id FROM {alias})
          GROUP BY part.id) AS one
 WINDOW invoice AS (PARTITION BY one.invoice_id))
