-- Decide what becomes of each item of an AP batch, after all its lines (IH, IL, NA, IC).
-- in     batch, file_type, batch_status (before this answer), is_voided (ejv rebuild took it back), is_refused (BH says
--        no), today (business day of the run)
-- out    temporary table feedback_items, one row an AP invoice number
-- again  an item that this batch has answered the same way resolves to already_applied; one that was paid though the
--        batch has no answer yet was paid by another (settled_before), and a voided batch moves nothing any more
-- source docs/specs/cgi-ejv-files.md section 7.2. BH decides nothing about an item: a cheque whose own lines were
--        accepted went out, and what no line speaks of may have. A refusal of what a newer batch holds was set back by hand
--        and sent again: it leaves the item to that batch.
CREATE TEMPORARY TABLE feedback_items ON COMMIT DROP AS
WITH spoken AS (
       SELECT subject,
              min(line) AS line,
              min(line) FILTER (WHERE code <> '0000') AS refused_line,
              min(rtrim(code || ' ' || message)) FILTER (WHERE code <> '0000') AS refusal,
              max(effective_date) AS effective_date,
              coalesce(sum(amount), 0) AS amount,
              bool_and(code = '0000') AS is_accepted,
              bool_or(record = 'IH') AS has_header,
              CASE WHEN :file_type <> 'REFUND' AND subject ~ '^[0-9]{1,9}$' THEN CAST(subject AS integer) END AS number
         FROM feedback_staged
        WHERE record IN ('IH', 'IL', 'NA', 'IC') AND fault = ''
        GROUP BY subject
     ),
     earlier AS (
       SELECT line.subject, bool_and(line.code = '0000') AS was_accepted
         FROM pay_jobs.feedback_batches AS answer
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = answer.file_id
          AND line.batch_number = answer.batch_number
        WHERE answer.batch_number = :batch
          AND line.outcome = 'applied'
        GROUP BY line.subject
     ),
     links AS (
       SELECT link.ejv_header_id AS journal, link.link_id, link.disbursement_status_code AS status
         FROM ejv_headers AS header
         JOIN ejv_links AS link
           ON link.ejv_header_id = header.id
        WHERE header.ejv_file_id = :batch
     ),
     newer AS MATERIALIZED (
       SELECT DISTINCT mention.number
         FROM pay_jobs.cgi_mentions AS mention
         JOIN pay_jobs.cgi_files AS inbox
           ON inbox.id = mention.cgi_file_id
          AND inbox.kind = 'inbox'
         JOIN ejv_files AS file
           ON file.file_ref = inbox.name
          AND file.file_type = :file_type
          AND file.id > :batch
        WHERE mention.kind = 'ap'
          AND mention.number IN (SELECT subject FROM spoken WHERE NOT is_accepted)
     ),
     judged AS (
       SELECT spoken.*,
              spoken.subject IN (SELECT number FROM newer) AS is_in_newer,
              links.journal,
              slip.id AS slip_id,
              eft.id AS eft_refund_id,
              links.link_id,
              earlier.was_accepted,
              coalesce(slip.refund_amount, eft.refund_amount) AS expected,
              coalesce(slip.status, eft.disbursement_status_code, links.status) AS status_before,
              CASE :file_type
              WHEN 'REFUND' THEN CASE slip.status WHEN 'REFUND_PROCESSED' THEN 'done' WHEN 'REFUND_REJECTED' THEN 'refused'
                                                  WHEN 'REFUND_UPLOADED' THEN 'open' ELSE 'strange' END
              WHEN 'EFT_REFUND' THEN CASE eft.disbursement_status_code WHEN 'COMPLETED' THEN 'done'
                                                  WHEN 'ERRORED' THEN 'refused' ELSE 'open' END
              ELSE CASE links.status WHEN 'COMPLETED' THEN 'done' WHEN 'ERRORED' THEN 'refused' ELSE 'open' END
              END AS before,
              coalesce(slip.id, eft.id, links.link_id) IS NOT NULL AS is_known
         FROM spoken
         LEFT JOIN earlier
           ON earlier.subject = spoken.subject
         LEFT JOIN routing_slips AS slip
           ON :file_type = 'REFUND'
          AND slip.number = spoken.subject
         LEFT JOIN eft_refunds AS eft
           ON :file_type = 'EFT_REFUND'
          AND eft.id = spoken.number
         LEFT JOIN links
           ON :file_type = 'NON_GOV_DISBURSEMENT'
          AND links.link_id = spoken.number
     ),
     decided AS (
       SELECT judged.*,
              CASE WHEN NOT is_known THEN 'rejected:unknown_item'
                   WHEN NOT has_header THEN 'rejected:no_item_header'
                   WHEN was_accepted = is_accepted THEN 'already_applied:same_answer'
                   WHEN was_accepted THEN 'rejected:refused_after_acceptance'
                   WHEN NOT was_accepted THEN 'rejected:accepted_after_refusal'
                   WHEN before IN ('open', 'strange') AND :is_voided
                   THEN CASE WHEN is_accepted THEN 'rejected:accepted_after_refusal' ELSE 'already_applied:same_answer' END
                   WHEN before = 'open' AND is_in_newer THEN 'applied:in_newer_batch'
                   WHEN before = 'open' THEN 'applied:'
                   WHEN before = 'strange' AND is_accepted AND status_before IN ('REFUND_REQUESTED', 'REFUND_AUTHORIZED')
                   THEN 'applied:not_uploaded'
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
       slip_id, eft_refund_id, line, refused_line, CAST(NULL AS text) AS refused_sides,
       coalesce(effective_date, CAST(:today AS date)) AS effective_date,
       effective_date IS NULL AS is_undated,
       amount, 'invoice' AS link_type, link_id,
       CAST(NULL AS integer) AS payment_account_id, CAST(NULL AS text) AS partner_code,
       CAST(NULL AS text) AS invoice_status, status_before, expected, CAST(0 AS numeric) AS earlier,
       CAST(:is_refused AS boolean) AS is_header_refused, is_accepted,
       CASE WHEN NOT is_accepted THEN left(refusal, 250) END AS message,
       false AS was_never_charged,
       CASE WHEN :file_type = 'NON_GOV_DISBURSEMENT' THEN 'disbursed' ELSE 'cheque' END AS effect,
       split_part(verdict, ':', 1) AS outcome,
       split_part(verdict, ':', 2) AS rule
  FROM decided
