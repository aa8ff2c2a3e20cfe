-- Keep what each invoice and partial refund is on its partner's account, with the part of the balance that it belongs to.
-- in     temporary table partner_entries; start, until (naive UTC)
-- out    temporary table partner_items: partner, gl, invoice_id, refund_id, start_balance, end_balance, part (of the end
--        balance, null where that is nothing), status, batch, last_on, and what the parts were told by
-- source docs/specs/cgi-ejv-files.md sections 5 and 7.2. What was sent last before the moment tells: without an answer it
--        is in flight, refused it is refused, unless its partner row waits for the next run again
CREATE TEMPORARY TABLE partner_items ON COMMIT DROP AS
WITH items AS (
       SELECT partner, gl, invoice_id, refund_id,
              coalesce(sum(amount) FILTER (WHERE moment < :start), 0) AS start_balance,
              sum(amount) AS end_balance,
              coalesce(sum(amount) FILTER (WHERE figure = 'collected'), 0) AS collected,
              coalesce(sum(amount) FILTER (WHERE figure = 'refunded'), 0) AS refunded,
              count(*) FILTER (WHERE figure = 'disbursed') AS times_disbursed,
              count(*) FILTER (WHERE figure = 'given_back') AS times_given_back,
              max(moment) FILTER (WHERE figure IN ('disbursed', 'given_back')) AS moved_on,
              max(moment) AS last_on
         FROM partner_entries
        GROUP BY partner, gl, invoice_id, refund_id
     )
SELECT items.*,
       invoice.invoice_status_code AS status,
       sent.batch,
       CASE WHEN items.end_balance = 0 THEN NULL
            WHEN sent.status = 'in_flight' THEN 'in_flight'
            WHEN sent.status = 'refused' THEN 'refused'
            WHEN items.times_given_back > items.times_disbursed + CASE WHEN items.refund_id IS NULL THEN 0 ELSE 1 END
              OR items.times_disbursed > items.times_given_back + 1 THEN 'twice'
            WHEN items.end_balance < 0
             AND (items.refunded <> 0
                  OR invoice.invoice_status_code IN (<<final>>)
                  AND coalesce(invoice.refund_date, invoice.updated_on, invoice.created_on) < :until)
             AND items.times_disbursed - items.times_given_back = CASE WHEN items.refund_id IS NULL THEN 1 ELSE 0 END
            THEN 'to_take_back'
            WHEN items.end_balance < 0 AND items.collected = 0 AND items.refund_id IS NULL THEN 'ahead'
            WHEN items.end_balance > 0 AND items.times_disbursed = 0 AND items.times_given_back = 0 THEN 'waiting'
            WHEN items.end_balance > 0 AND items.times_given_back > 0 AND items.refunded = 0 THEN 'kept'
            ELSE 'wrong_amount' END AS part
  FROM items
  JOIN invoices AS invoice
    ON invoice.id = items.invoice_id
  LEFT JOIN LATERAL (
         SELECT file.id AS batch,
                CASE WHEN coalesce(link.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED') THEN 'in_flight'
                     WHEN link.disbursement_status_code = 'COMPLETED'
                      AND coalesce(items.moved_on < date_trunc('day', file.created_on), true) THEN 'in_flight'
                     WHEN link.disbursement_status_code = 'ERRORED'
                      AND NOT EXISTS (SELECT FROM partner_disbursements AS row
                                       WHERE row.target_id = link.link_id
                                         AND lower(row.target_type) = coalesce(link.link_type, 'invoice')
                                         AND row.status_code = 'WAITING_FOR_JOB'
                                         AND row.created_on < :until) THEN 'refused' END AS status
           FROM ejv_links AS link
           JOIN ejv_headers AS header
             ON header.id = link.ejv_header_id
           JOIN ejv_files AS file
             ON file.id = header.ejv_file_id
            AND file.file_type IN ('DISBURSEMENT', 'NON_GOV_DISBURSEMENT')
            AND file.created_on < :until
          WHERE link.link_id = coalesce(items.refund_id, items.invoice_id)
            AND coalesce(link.link_type, 'invoice') = CASE WHEN items.refund_id IS NULL THEN 'invoice' ELSE 'partial_refund' END
          ORDER BY link.id DESC
          LIMIT 1
       ) AS sent ON items.end_balance <> 0
