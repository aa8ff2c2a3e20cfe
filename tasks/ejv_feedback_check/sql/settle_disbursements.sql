-- Write on the invoices how their disbursement went; partial refunds leave their invoice alone.
-- in     batch, now (naive UTC)
-- out    nothing
-- again  the same values are written
-- source docs/specs/cgi-ejv-files.md section 7.2, weakness 6. Where BH or JH refuses a reversal it becomes COMPLETED
--        again, so that the next run takes it; a refused line needs attention and stays ERRORED. Of a share and what
--        gives it back in one batch the later row says where the invoice stands, as in the reference; of two batches
--        the later one, also where its answer was read first.
UPDATE invoices AS invoice
   SET disbursement_status_code   = CASE WHEN item.is_overtaken THEN invoice.disbursement_status_code
                                         WHEN item.is_accepted AND item.effect = 'reversed' THEN 'REVERSED'
                                         WHEN item.is_accepted THEN 'COMPLETED'
                                         WHEN item.effect = 'reversed' AND item.refused_line IS NULL THEN 'COMPLETED'
                                         ELSE 'ERRORED' END,
       disbursement_date          = CASE WHEN item.is_accepted AND item.effect = 'disbursed' THEN item.effective_date
                                         ELSE invoice.disbursement_date END,
       disbursement_reversal_date = CASE WHEN item.is_accepted AND item.effect = 'reversed' THEN item.effective_date
                                         ELSE invoice.disbursement_reversal_date END,
       updated_on                 = CASE WHEN invoice.invoice_status_code IN (<<removed>>) THEN invoice.updated_on ELSE :now END,
       updated_by                 = NULL,
       updated_name               = NULL
  FROM (SELECT DISTINCT ON (invoice_id) *,
               EXISTS (SELECT FROM ejv_links AS link
                         JOIN ejv_headers AS header
                           ON header.id = link.ejv_header_id
                         JOIN ejv_files AS file
                           ON file.id = header.ejv_file_id
                        WHERE link.link_id = feedback_items.invoice_id
                          AND coalesce(link.link_type, 'invoice') = 'invoice'
                          AND link.disbursement_status_code IN ('COMPLETED', 'ERRORED')
                          AND file.id > :batch
                          AND file.file_type <> 'PAYMENT') AS is_overtaken
          FROM feedback_items
         WHERE outcome = 'applied' AND link_type = 'invoice' AND rule NOT IN ('settled_before', 'in_newer_batch')
         ORDER BY invoice_id, partner_id DESC NULLS LAST, is_accepted, line DESC) AS item
 WHERE invoice.id = item.invoice_id
