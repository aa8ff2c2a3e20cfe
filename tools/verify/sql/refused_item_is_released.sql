-- A refused link whose invoice still counts as sent, or whose refund, partner row or disbursement counts as done.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 7.2; invoice-lifecycle.md section 5.2 (J13). Only the newest link of an item;
--        what another batch or payment settled stays, and the reference of a refund whose charge was never made: without
--        it the next batch would pay back what nobody paid. A part stays held where one of its invoice was paid back, and while
--        one is at CGI until that is answered: the payment job sends all parts of an invoice of which one is due
SELECT 'link ' || link.id AS row,
       CASE WHEN link.kind = 'invoice' THEN 'explain invoice ' || link.link_id ELSE 'explain batch ' || link.batch END AS next,
       link.payment_account_id AS account_id,
       link.created_on AS day,
       CASE WHEN parts.was_paid THEN 'REFUND_PROCESSED, as an earlier batch paid it back'
            WHEN parts.is_paid THEN 'paid back by hand unless CGI did so, then REFUND_PROCESSED'
            ELSE 'nothing sent, nothing done' END AS expected,
       CASE WHEN link.kind = 'invoice' THEN format('invoice %s %s, active: %s', invoice.id, invoice.invoice_status_code,
                                                   reference.invoice_number)
            ELSE format('refund %s %s', refund.id, refund.status) END AS found
  FROM (SELECT DISTINCT ON (coalesce(one.link_type, 'invoice'), one.link_id)
               one.id, one.link_id, one.disbursement_status_code,
               coalesce(one.link_type, 'invoice') AS kind,
               file.id AS batch, file.created_on, header.payment_account_id
          FROM ejv_links AS one
          JOIN ejv_headers AS header
            ON header.id = one.ejv_header_id
          JOIN ejv_files AS file
            ON file.id = header.ejv_file_id
           AND file.file_type = 'PAYMENT'
           AND file.id >= :first_batch
         ORDER BY coalesce(one.link_type, 'invoice'), one.link_id, one.id DESC) AS link
  LEFT JOIN invoices AS invoice
    ON link.kind = 'invoice'
   AND invoice.id = link.link_id
   AND invoice.payment_method_code = 'EJV'
  LEFT JOIN invoice_references AS reference
    ON reference.invoice_id = invoice.id
   AND reference.status_code = 'ACTIVE'
   AND reference.created_on <= link.created_on + interval '1 day'
  LEFT JOIN refunds_partial AS refund
    ON link.kind = 'partial_refund'
   AND refund.id = link.link_id
  LEFT JOIN LATERAL (
       SELECT bool_or(part.status = 'REFUND_PROCESSED'
                      OR coalesce(sent.disbursement_status_code, '') = 'COMPLETED') AS is_paid,
              bool_or(sent.disbursement_status_code = 'COMPLETED') FILTER (WHERE part.id = refund.id) AS was_paid,
              coalesce(bool_or(sent.is_open), false) AS is_open,
              coalesce(bool_or(sent.is_open) FILTER (WHERE part.id = refund.id), false) AS is_sent
         FROM refunds_partial AS part
         LEFT JOIN (SELECT one.link_id, one.disbursement_status_code,
                           coalesce(one.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED') AS is_open
                      FROM ejv_links AS one
                      JOIN ejv_headers AS header
                        ON header.id = one.ejv_header_id
                      JOIN ejv_files AS file
                        ON file.id = header.ejv_file_id
                       AND file.file_type = 'PAYMENT'
                     WHERE one.link_type = 'partial_refund') AS sent
           ON sent.link_id = part.id
        WHERE part.invoice_id = refund.invoice_id
          AND refund.status = 'REFUND_PROCESSING') AS parts
    ON true
 WHERE link.disbursement_status_code = 'ERRORED'
   AND (reference.id IS NOT NULL
        AND (invoice.invoice_status_code = 'APPROVED'
             OR invoice.invoice_status_code = 'REFUND_REQUESTED' AND <<invoice.was_charged>>)
        OR refund.status = 'REFUND_PROCESSING'
       AND NOT parts.is_sent
       AND (parts.is_paid OR NOT parts.is_open))
