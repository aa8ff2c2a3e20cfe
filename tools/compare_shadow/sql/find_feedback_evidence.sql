-- Find what decisions about feedback may excuse, from the lines of the batches that we applied.
-- in     since (naive UTC, or null), unanswered int[] (batches that have no answer in the old system)
-- out    decision, kind and subject: batch, journal, link, invoice, part, partner row, slip, refund, EFT refund,
--        receipt, account, code; answer: the name of a feedback file, message: what one says
-- again  reads only
-- source docs/decisions/ejv-feedback-check.md, "Rows that differ"
WITH things AS MATERIALIZED (
       SELECT file.id AS batch, file.file_type, line.journal, line.subject,
              bool_or(line.code <> '0000') AS is_refused,
              bool_or(line.code = '0000') AS is_accepted,
              bool_or(line.code = '0000' AND line.record = 'IH') AS has_accepted_head,
              (array_agg(line.side ORDER BY line.line))[1] AS first_side,
              array_agg(line.rule) AS rules
         FROM pay_jobs.feedback_lines AS line
         JOIN ejv_files AS file
           ON file.id = line.batch_number
        WHERE line.record IN ('JD', 'IH', 'IL', 'NA', 'IC')
          AND line.subject IS NOT NULL
          AND file.created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
        GROUP BY file.id, line.journal, line.subject
     ),
     spoken AS (
       SELECT 'D-EJV-19' AS decision, * FROM things
        WHERE file_type = 'PAYMENT' AND subject LIKE '%-PR-%' AND NOT is_refused
        UNION ALL
       SELECT 'D-EJV-09', * FROM things
        WHERE file_type = 'PAYMENT' AND first_side = 'C' AND NOT is_refused
        UNION ALL
       SELECT 'D-EJV-10', things.* FROM things JOIN ejv_files AS answered ON answered.id = things.batch
        WHERE batch = ANY (:unanswered) AND answered.disbursement_status_code IN ('COMPLETED', 'ERRORED')
        UNION ALL
       SELECT 'D-EJV-11', * FROM things
        WHERE journal IS NULL AND rules && ARRAY['refused_after_acceptance', 'accepted_after_refusal']
        UNION ALL
       SELECT 'D-EJV-12', * FROM things
        WHERE journal IS NOT NULL AND is_refused AND is_accepted
        UNION ALL
       SELECT 'D-EJV-13', * FROM things
        WHERE file_type = 'DISBURSEMENT' AND first_side = 'C' AND NOT is_refused
        UNION ALL
       SELECT 'D-EJV-14', * FROM things
        WHERE file_type = 'PAYMENT' AND first_side = 'C' AND NOT is_refused
          AND EXISTS (SELECT FROM invoices AS asked_back
                       WHERE asked_back.invoice_status_code = 'REFUND_REQUESTED'
                         AND asked_back.id = CASE WHEN subject ~ '^[0-9]{1,9}$' THEN CAST(subject AS integer) END)
        UNION ALL
       SELECT 'D-EJV-15', * FROM things
        WHERE file_type = 'PAYMENT' AND first_side = 'D' AND NOT is_refused AND subject NOT LIKE '%-%'
        UNION ALL
       SELECT 'D-EJV-16', * FROM things
        WHERE rules && ARRAY['settled_before', 'booked_before']
        UNION ALL
       SELECT 'D-EJV-18', * FROM things
        WHERE journal IS NULL AND has_accepted_head AND is_refused
     ),
     parsed AS (
       SELECT spoken.*,
              CASE WHEN journal IS NULL AND file_type IN ('REFUND', 'EFT_REFUND') OR subject !~ '^[0-9]{1,9}(-|$)' THEN NULL
                   ELSE CAST(split_part(subject, '-', 1) AS integer) END AS invoice_id,
              CASE WHEN subject ~ '-PR-[0-9]{1,9}$' THEN CAST(split_part(subject, '-', 3) AS integer) END AS part_id,
              CASE WHEN subject ~ '^[0-9]+-[0-9]{1,9}(-PR)?$' THEN CAST(split_part(subject, '-', 2) AS integer) END AS row_id
         FROM spoken
     )
SELECT DISTINCT parsed.decision, about.kind, about.subject
  FROM parsed
 CROSS JOIN LATERAL (
         SELECT 'batch' AS kind, CAST(parsed.batch AS text) AS subject
          UNION ALL
         SELECT 'invoice', CAST(parsed.invoice_id AS text)
          UNION ALL
         SELECT 'journal', CAST(parsed.journal AS text)
          UNION ALL
         SELECT 'link', parsed.journal || ' ' || coalesce(parsed.part_id, parsed.invoice_id)
          UNION ALL
         SELECT 'part', CAST(coalesce(parsed.part_id, (SELECT target_id FROM partner_disbursements
                                                        WHERE id = parsed.row_id AND parsed.subject LIKE '%-PR')) AS text)
          UNION ALL
         SELECT 'partner row', CAST(parsed.row_id AS text)
          UNION ALL
         SELECT 'slip', parsed.subject WHERE parsed.file_type = 'REFUND'
          UNION ALL
         SELECT 'refund', CAST(refund.id AS text)
           FROM routing_slips AS slip
           JOIN refunds AS refund
             ON refund.routing_slip_id = slip.id
          WHERE parsed.file_type = 'REFUND'
            AND slip.number = parsed.subject
          UNION ALL
         SELECT 'eft refund', parsed.subject WHERE parsed.file_type = 'EFT_REFUND'
          UNION ALL
         SELECT 'receipt', receipt.receipt_number
           FROM receipts AS receipt
          WHERE receipt.invoice_id = parsed.invoice_id
          UNION ALL
         SELECT 'code', CAST(code.distribution_code_id AS text)
           FROM ejv_headers AS header
           JOIN distribution_codes AS code
             ON code.account_id = header.payment_account_id
          WHERE header.id = parsed.journal
            AND parsed.is_refused
          UNION ALL
         SELECT 'code', CAST(code.disbursement_distribution_code_id AS text)
           FROM payment_line_items AS line
           JOIN distribution_codes AS code
             ON code.distribution_code_id = line.fee_distribution_id
          WHERE line.invoice_id = parsed.invoice_id
            AND parsed.is_refused
       ) AS about
 WHERE about.subject IS NOT NULL
 UNION ALL
SELECT DISTINCT 'D-EJV-10', about.kind, about.subject
  FROM pay_jobs.feedback_lines AS line
  JOIN pay_jobs.inbound_files AS answer
    ON answer.id = line.file_id
  LEFT JOIN ejv_headers AS header
    ON header.id = line.journal
 CROSS JOIN LATERAL (VALUES ('answer', answer.name),
                            ('message', left(rtrim(line.code || ' ' || line.message), 250)),
                            ('account', CAST(header.payment_account_id AS text))) AS about (kind, subject)
 WHERE line.batch_number = ANY (:unanswered)
   AND about.subject IS NOT NULL
 UNION ALL
SELECT CASE WHEN <<invoice.was_charged>> THEN 'D-EJV-20' ELSE 'D-EJV-21' END, 'invoice', CAST(invoice.id AS text)
  FROM ejv_files AS file
  JOIN ejv_headers AS header
    ON header.ejv_file_id = file.id
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
   AND coalesce(link.link_type, 'invoice') = 'invoice'
   AND link.disbursement_status_code = 'ERRORED'
  JOIN invoices AS invoice
    ON invoice.id = link.link_id
   AND invoice.invoice_status_code = 'REFUND_REQUESTED'
 WHERE file.file_type = 'PAYMENT'
   AND file.created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
   AND EXISTS (SELECT FROM pay_jobs.feedback_batches AS answer
                WHERE answer.batch_number = file.id
                  AND answer.state = 'applied')
 UNION ALL
SELECT 'D-EJV-05', 'part', CAST(link.link_id AS text)
  FROM ejv_files AS file
  JOIN ejv_headers AS header
    ON header.ejv_file_id = file.id
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
   AND link.link_type = 'partial_refund'
   AND link.disbursement_status_code = 'ERRORED'
 WHERE file.file_type = 'PAYMENT'
   AND file.created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
 UNION ALL
SELECT 'D-EJV-08', about.kind, CAST(about.subject AS text)
  FROM pay_jobs.feedback_lines AS refused
  JOIN ejv_files AS file
    ON file.id = refused.batch_number
   AND file.created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
  JOIN ejv_headers AS header
    ON header.ejv_file_id = file.id
   AND (refused.record = 'BH' OR header.id = refused.journal)
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
  LEFT JOIN partner_disbursements AS partner
    ON partner.target_id = link.link_id
   AND lower(partner.target_type) = coalesce(link.link_type, 'invoice')
   AND partner.partner_code = header.partner_code
 CROSS JOIN LATERAL (VALUES ('batch', file.id),
                            ('journal', header.id),
                            ('invoice', CASE coalesce(link.link_type, 'invoice') WHEN 'invoice' THEN link.link_id END),
                            ('partner row', partner.id)) AS about (kind, subject)
 WHERE refused.record IN ('BH', 'JH')
   AND refused.code <> '0000'
   AND about.subject IS NOT NULL
 UNION ALL
SELECT 'D-EJV-17', 'refund', CAST(refund.id AS text)
  FROM refunds AS refund
  JOIN refunds AS other
    ON other.routing_slip_id = refund.routing_slip_id
   AND other.id <> refund.id
 WHERE refund.gl_posted IS NOT NULL
