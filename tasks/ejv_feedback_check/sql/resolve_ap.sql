-- Decide what becomes of each item of an AP batch, after all its lines (IH, IL, NA, IC).
-- in     batch, file_type, batch_status (before this answer), is_refused (BH says no), refusal (its message)
-- out    temporary table feedback_items, one row an AP invoice number; where BH says no, also one row for each open link
--        that no line speaks of
-- again  an item that has the same answer already resolves to already_applied; one that was paid though the batch has
--        no answer yet was paid by another (settled_before), and a voided batch moves nothing any more
-- source docs/specs/cgi-ejv-files.md section 7.2
CREATE TEMPORARY TABLE feedback_items ON COMMIT DROP AS
WITH spoken AS (
       SELECT subject,
              min(line) AS line,
              min(line) FILTER (WHERE code <> '0000') AS refused_line,
              min(code || ' ' || message) FILTER (WHERE code <> '0000') AS refusal,
              max(effective_date) AS effective_date,
              coalesce(sum(amount), 0) AS amount,
              bool_or(record = 'IH') AS has_header,
              CASE WHEN :file_type <> 'REFUND' AND subject ~ '^[0-9]{1,9}$' THEN CAST(subject AS integer) END AS number
         FROM feedback_staged
        WHERE record IN ('IH', 'IL', 'NA', 'IC') AND fault = ''
        GROUP BY subject
     ),
     links AS (
       SELECT link.ejv_header_id AS journal, link.link_id, link.disbursement_status_code AS status
         FROM ejv_headers AS header
         JOIN ejv_links AS link
           ON link.ejv_header_id = header.id
        WHERE header.ejv_file_id = :batch
     ),
     items AS (
       SELECT spoken.* FROM spoken
        UNION ALL
       SELECT NULL, NULL, NULL, NULL, NULL, 0, true, link.link_id
         FROM links AS link
        WHERE :is_refused
          AND coalesce(link.status, '') NOT IN ('COMPLETED', 'ERRORED')
          AND NOT EXISTS (SELECT FROM spoken WHERE spoken.number = link.link_id)
     ),
     judged AS (
       SELECT items.*,
              links.journal,
              slip.id AS slip_id,
              eft.id AS eft_refund_id,
              links.link_id,
              coalesce(slip.refund_amount, eft.refund_amount) AS expected,
              coalesce(slip.status, eft.disbursement_status_code, links.status) AS status_before,
              (items.refused_line IS NULL AND NOT :is_refused) AS is_accepted,
              CASE :file_type
              WHEN 'REFUND' THEN CASE slip.status WHEN 'REFUND_PROCESSED' THEN 'done' WHEN 'REFUND_REJECTED' THEN 'refused'
                                                  WHEN 'REFUND_UPLOADED' THEN 'open' ELSE 'strange' END
              WHEN 'EFT_REFUND' THEN CASE eft.disbursement_status_code WHEN 'COMPLETED' THEN 'done'
                                                  WHEN 'ERRORED' THEN 'refused' ELSE 'open' END
              ELSE CASE links.status WHEN 'COMPLETED' THEN 'done' WHEN 'ERRORED' THEN 'refused' ELSE 'open' END
              END AS before,
              coalesce(slip.id, eft.id, links.link_id) IS NOT NULL AS is_known
         FROM items
         LEFT JOIN routing_slips AS slip
           ON :file_type = 'REFUND'
          AND slip.number = items.subject
         LEFT JOIN eft_refunds AS eft
           ON :file_type = 'EFT_REFUND'
          AND eft.id = items.number
         LEFT JOIN links
           ON :file_type = 'NON_GOV_DISBURSEMENT'
          AND links.link_id = items.number
     ),
     decided AS (
       SELECT judged.*,
              CASE WHEN NOT is_known THEN 'rejected:unknown_item'
                   WHEN NOT has_header THEN 'rejected:no_item_header'
                   WHEN before = 'open' AND :file_type <> 'NON_GOV_DISBURSEMENT' AND :batch_status = 'ERRORED'
                   THEN CASE WHEN is_accepted THEN 'rejected:accepted_after_refusal' ELSE 'already_applied:same_answer' END
                   WHEN before = 'open' THEN 'applied:'
                   WHEN before = 'strange' THEN 'rejected:not_uploaded'
                   WHEN before = 'done' AND is_accepted AND :file_type <> 'NON_GOV_DISBURSEMENT'
                    AND :batch_status NOT IN ('COMPLETED', 'ERRORED') THEN 'already_applied:settled_before'
                   WHEN (before = 'done') = is_accepted THEN 'already_applied:same_answer'
                   WHEN before = 'done' THEN 'rejected:refused_after_acceptance'
                   ELSE 'rejected:accepted_after_refusal' END AS verdict
         FROM judged
     )
SELECT journal, subject, 'AP' AS form,
       CASE WHEN :file_type = 'NON_GOV_DISBURSEMENT' THEN number END AS invoice_id,
       CAST(NULL AS integer) AS partner_id, CAST(NULL AS integer) AS refund_id,
       slip_id, eft_refund_id, line, refused_line, effective_date, amount,
       'invoice' AS link_type, link_id, CAST(NULL AS integer) AS payment_account_id, CAST(NULL AS text) AS partner_code,
       status_before, expected, :is_refused AS is_header_refused, is_accepted,
       CASE WHEN is_accepted THEN NULL ELSE left(coalesce(refusal, :refusal), 250) END AS message,
       CASE WHEN :file_type = 'NON_GOV_DISBURSEMENT' THEN 'disbursed' ELSE 'cheque' END AS effect,
       split_part(verdict, ':', 1) AS outcome,
       split_part(verdict, ':', 2) AS rule
  FROM decided
