-- Decide what becomes of each thing the journals of a batch are about, after all its lines, its JH line and BH.
-- in     batch, file_type, is_refused (BH says no), refusal (its message), despite_faults, today (business day of the run)
-- out    temporary table feedback_items, one row a flow-through of a journal; where BH or JH says no, also one row for
--        each open link that no line speaks of
-- again  a thing whose link has the same answer already resolves to already_applied; one that is settled though its
--        link is open was moved a second time (settled_before), unless its receipt says that it was by this very
--        journal (booked_before); a refusal of what another batch settled, or holds now (in_newer_batch), sets nothing free
-- source docs/specs/cgi-ejv-files.md sections 4 and 7, weaknesses 4 to 7, 16, 18 and 19. The first line of a thing
--        goes to our side: a credit charges or disburses, a debit pays back, whatever became of the invoice meanwhile.
--        Section 5.1: a share and what takes it back are two rows of one thing; the newer batch has those sent since it.
--        Weakness 9: a part that is sent again once it was paid back is REFUND_PROCESSING; its links say what it was.
--        Section 6: a refused GL is told before a closed period (0703), which a new batch mends
CREATE TEMPORARY TABLE feedback_items ON COMMIT DROP AS
WITH headers AS (
       SELECT journal,
              bool_or(code <> '0000') AS is_refused,
              min(rtrim(code || ' ' || message)) FILTER (WHERE code <> '0000') AS refusal,
              min(receipt) AS receipt
         FROM feedback_staged
        WHERE record = 'JH' AND fault = ''
        GROUP BY journal
     ),
     spoken AS (
       SELECT journal, subject, form, invoice_id, partner_id, refund_id,
              min(line) AS line,
              coalesce(min(line) FILTER (WHERE code NOT IN ('0000', '0703')),
                       min(line) FILTER (WHERE code <> '0000')) AS refused_line,
              coalesce(min(rtrim(code || ' ' || message)) FILTER (WHERE code NOT IN ('0000', '0703')),
                       min(rtrim(code || ' ' || message)) FILTER (WHERE code <> '0000')) AS refusal,
              coalesce(string_agg(DISTINCT side, '') FILTER (WHERE code NOT IN ('0000', '0703')),
                       string_agg(DISTINCT side, '') FILTER (WHERE code <> '0000')) AS refused_sides,
              max(effective_date) AS effective_date,
              coalesce(sum(amount) FILTER (WHERE side = 'D'), 0) AS debit,
              coalesce(sum(amount) FILTER (WHERE side = 'C'), 0) AS credit,
              CASE min(((CAST(journal_line AS bigint) << 32) | line) << 1 | CAST(side = 'D' AS integer)) & 1
              WHEN 1 THEN 'D' WHEN 0 THEN 'C' END AS first_side
         FROM feedback_staged
        WHERE record = 'JD' AND fault = ''
        GROUP BY journal, subject, form, invoice_id, partner_id, refund_id
     ),
     links AS (
       SELECT header.id AS journal,
              coalesce(link.link_type, 'invoice') AS link_type,
              link.link_id,
              bool_or(link.disbursement_status_code IS NULL
                      OR link.disbursement_status_code NOT IN ('COMPLETED', 'ERRORED')) AS is_open,
              bool_or(link.disbursement_status_code = 'COMPLETED') AS is_completed,
              header.payment_account_id,
              header.partner_code
         FROM ejv_headers AS header
         JOIN ejv_links AS link
           ON link.ejv_header_id = header.id
        WHERE header.ejv_file_id = :batch
        GROUP BY header.id, coalesce(link.link_type, 'invoice'), link.link_id
     ),
     keyed AS (
       SELECT spoken.*,
              partner.is_reversal,
              partner.id IS NOT NULL AS has_partner,
              CASE spoken.form
              WHEN 'PARTNER' THEN (lower(partner.target_type), partner.target_id) <> ('invoice', spoken.invoice_id)
              WHEN 'PARTNER_REFUND' THEN lower(partner.target_type) <> 'partial_refund' END AS is_of_another,
              partner.amount AS partner_amount,
              partner.status_code AS partner_status,
              partner.processed_on AS sent_on,
              CASE WHEN spoken.form IN ('REFUND', 'PARTNER_REFUND') THEN 'partial_refund' ELSE 'invoice' END AS link_type,
              CASE spoken.form WHEN 'REFUND' THEN spoken.refund_id
                               WHEN 'PARTNER_REFUND' THEN partner.target_id
                               ELSE spoken.invoice_id END AS link_id
         FROM spoken
         LEFT JOIN partner_disbursements AS partner
           ON partner.id = spoken.partner_id
     ),
     items AS (
       SELECT keyed.journal, keyed.subject, keyed.form, keyed.invoice_id, keyed.partner_id,
              CASE WHEN keyed.link_type = 'partial_refund' THEN keyed.link_id END AS refund_id,
              keyed.line, keyed.refused_line, keyed.refusal, keyed.refused_sides, keyed.effective_date, keyed.debit,
              keyed.credit,
              keyed.first_side, keyed.is_reversal, keyed.has_partner, keyed.is_of_another, keyed.partner_amount, keyed.partner_status,
              keyed.sent_on, keyed.link_type, keyed.link_id
         FROM keyed
        UNION ALL
       SELECT link.journal, NULL, 'SILENT',
              CASE link.link_type WHEN 'invoice' THEN link.link_id WHEN 'partial_refund' THEN refund.invoice_id END, NULL,
              CASE link.link_type WHEN 'partial_refund' THEN link.link_id END,
              NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, true, false, NULL, NULL, sent.first_on, link.link_type,
              link.link_id
         FROM links AS link
         LEFT JOIN headers
           ON headers.journal = link.journal
         LEFT JOIN refunds_partial AS refund
           ON refund.id = link.link_id
         LEFT JOIN (SELECT target_id, lower(target_type) AS link_type, partner_code, min(processed_on) AS first_on
                      FROM partner_disbursements
                     WHERE (:is_refused OR EXISTS (SELECT FROM headers WHERE is_refused))
                       AND status_code = 'UPLOADED'
                       AND processed_on >= (SELECT created_on FROM ejv_files WHERE id = :batch)
                     GROUP BY target_id, lower(target_type), partner_code) AS sent
           ON sent.target_id = link.link_id
          AND sent.link_type = link.link_type
          AND sent.partner_code = link.partner_code
        WHERE link.is_open
          AND (:is_refused OR headers.is_refused)
          AND NOT EXISTS (SELECT FROM keyed
                           WHERE keyed.journal = link.journal
                             AND keyed.link_type = link.link_type
                             AND keyed.link_id = link.link_id)
     ),
     received AS (
       SELECT items.journal, items.invoice_id,
              sum(CAST(receipt.receipt_amount AS numeric(19,2)))
                  FILTER (WHERE receipt.receipt_number IS DISTINCT FROM headers.receipt) AS amount,
              bool_or(receipt.receipt_number = headers.receipt) AS is_booked
         FROM (SELECT DISTINCT journal, invoice_id FROM items WHERE :file_type = 'PAYMENT') AS items
         LEFT JOIN headers
           ON headers.journal = items.journal
         JOIN receipts AS receipt
           ON receipt.invoice_id = items.invoice_id
        GROUP BY items.journal, items.invoice_id
     ),
     judged AS (
       SELECT items.*,
              links.payment_account_id,
              links.partner_code,
              invoice.invoice_status_code AS invoice_status,
              invoice.payment_date IS NOT NULL OR coalesce(received.amount > 0, false) AS is_paid,
              :file_type = 'PAYMENT' AND invoice.invoice_status_code = 'REFUND_REQUESTED' AND NOT <<invoice.was_charged>>
                AS was_never_charged,
              CASE WHEN :file_type <> 'PAYMENT' THEN coalesce(items.partner_status, invoice.disbursement_status_code)
                   WHEN (SELECT bool_or(paid.disbursement_status_code = 'COMPLETED')
                           FROM ejv_links AS paid
                           JOIN ejv_headers AS header
                             ON header.id = paid.ejv_header_id
                           JOIN ejv_files AS file
                             ON file.id = header.ejv_file_id
                            AND file.file_type = 'PAYMENT'
                            AND file.id <> :batch
                          WHERE paid.link_id = refund.id
                            AND paid.link_type = 'partial_refund') THEN 'REFUND_PROCESSED'
                   ELSE coalesce(refund.status, invoice.invoice_status_code) END AS status_before,
              CASE :file_type WHEN 'PAYMENT' THEN coalesce(refund.refund_amount, invoice.total)
                              ELSE items.partner_amount END AS expected,
              coalesce(received.amount, 0) AS received,
              coalesce(received.is_booked, false) AS is_booked,
              headers.receipt,
              (:is_refused OR coalesce(headers.is_refused, false)) AS is_header_refused,
              (items.refused_line IS NULL AND NOT :is_refused AND NOT coalesce(headers.is_refused, false)) AS is_accepted,
              left(coalesce(items.refusal, headers.refusal, :refusal), 250) AS message,
              least(items.debit, items.credit) AS amount,
              CASE WHEN links.journal IS NULL AND NOT EXISTS (
                          SELECT FROM ejv_headers WHERE id = items.journal AND ejv_file_id = :batch)
                   THEN 'rejected:unknown_journal'
                   WHEN headers.journal IS NULL AND items.subject IS NOT NULL THEN 'rejected:no_journal_header'
                   WHEN items.partner_id IS NOT NULL AND NOT items.has_partner THEN 'rejected:unknown_disbursement'
                   WHEN links.journal IS NULL THEN 'rejected:unknown_link'
                   WHEN invoice.id IS NULL THEN 'rejected:unknown_invoice'
                   WHEN items.is_of_another OR refund.invoice_id <> items.invoice_id THEN 'rejected:other_invoice'
                   WHEN links.is_open THEN 'applied:'
                   WHEN (items.refused_line IS NULL AND NOT :is_refused AND NOT coalesce(headers.is_refused, false))
                        IN (links.is_completed,
                            CASE WHEN items.partner_status IN ('COMPLETED', 'REVERSED') THEN true
                                 WHEN items.partner_status = 'ERRORED' THEN false END) THEN 'already_applied:same_answer'
                   WHEN links.is_completed THEN 'rejected:refused_after_acceptance'
                   ELSE 'rejected:accepted_after_refusal' END AS verdict,
              CASE WHEN items.link_type = 'partial_refund' AND :file_type = 'PAYMENT' THEN 'partially_refunded'
                   WHEN :file_type = 'PAYMENT' AND items.first_side = 'D' THEN
                        CASE WHEN invoice.invoice_status_code = 'REFUNDED'
                               OR invoice.invoice_status_code = 'REFUND_REQUESTED' AND invoice.payment_method_code = 'EJV'
                             THEN 'refunded'
                             ELSE 'returned' END
                   WHEN :file_type = 'PAYMENT' THEN
                        CASE WHEN invoice.invoice_status_code IN ('APPROVED', 'CREATED', 'OVERDUE', 'PARTIAL_PAID',
                                                                  'SETTLEMENT_SCHED', 'PAID') THEN 'paid'
                             ELSE 'charged' END
                   WHEN coalesce(items.is_reversal, items.first_side = 'D',
                                 invoice.invoice_status_code IN (<<refunded>>)
                                 AND invoice.disbursement_date IS NOT NULL) THEN 'reversed'
                   ELSE 'disbursed' END AS effect
         FROM items
         LEFT JOIN headers
           ON headers.journal = items.journal
         LEFT JOIN links
           ON links.journal = items.journal
          AND links.link_type = items.link_type
          AND links.link_id = items.link_id
         LEFT JOIN invoices AS invoice
           ON invoice.id = items.invoice_id
         LEFT JOIN received
           ON received.journal = items.journal
          AND received.invoice_id = items.invoice_id
         LEFT JOIN refunds_partial AS refund
           ON items.link_type = 'partial_refund'
          AND refund.id = items.link_id
     ),
     counted AS (
       SELECT judged.*,
              :file_type = 'PAYMENT' AND row_number() OVER same > 1 AS is_repeated,
              received + coalesce(sum(amount) OVER (same ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier
         FROM judged
       WINDOW same AS (PARTITION BY link_id, effect, verdict, is_accepted ORDER BY line)
     ),
     final AS (
       SELECT counted.*,
              CASE WHEN verdict <> 'applied:' THEN verdict
                   WHEN :despite_faults AND is_accepted AND (debit <> credit OR amount <> expected) THEN 'rejected:incomplete'
                   WHEN (effect, status_before) IN (('partially_refunded', 'REFUND_PROCESSED'), ('disbursed', 'COMPLETED'),
                                                    ('reversed', 'REVERSED'))
                     OR partner_status IN ('COMPLETED', 'REVERSED')
                   THEN 'applied:settled_before'
                   WHEN NOT is_accepted
                    AND EXISTS (SELECT FROM ejv_links AS link
                                  JOIN ejv_headers AS header
                                    ON header.id = link.ejv_header_id
                                  JOIN ejv_files AS file
                                    ON file.id = header.ejv_file_id
                                   AND file.file_type = :file_type
                                   AND file.id > :batch
                                   AND coalesce(counted.sent_on >= file.created_on, true)
                                 WHERE link.link_id = counted.link_id
                                   AND coalesce(link.link_type, 'invoice') = counted.link_type)
                   THEN 'applied:in_newer_batch'
                   WHEN NOT is_accepted THEN verdict
                   WHEN is_booked AND effect = 'paid' AND invoice_status <> 'PAID' THEN verdict
                   WHEN is_booked AND effect IN ('paid', 'charged') THEN 'applied:booked_before'
                   WHEN is_repeated
                     OR effect = 'charged' AND is_paid
                     OR (effect, status_before) IN (('paid', 'PAID'), ('refunded', 'REFUNDED'))
                   THEN 'applied:settled_before'
                   WHEN effect = 'paid' AND earlier > 0 AND earlier + amount > expected THEN 'applied:overpaid'
                   WHEN effect = 'refunded' AND was_never_charged
                    AND EXISTS (SELECT FROM ejv_links AS link
                                  JOIN ejv_headers AS header
                                    ON header.id = link.ejv_header_id
                                  JOIN ejv_files AS file
                                    ON file.id = header.ejv_file_id
                                   AND file.file_type = 'PAYMENT'
                                 WHERE link.link_id = counted.link_id
                                   AND coalesce(link.link_type, 'invoice') = 'invoice'
                                HAVING bool_or(link.disbursement_status_code = 'ERRORED'))
                   THEN 'applied:never_charged'
                   WHEN is_reversal <> (first_side = 'D') THEN 'applied:other_direction'
                   WHEN effect = 'reversed' AND form = 'INVOICE' AND invoice_status = 'PAID' THEN 'applied:still_paid'
                   WHEN effect = 'disbursed' AND invoice_status IN (<<withdrawn>>)
                     OR effect = 'partially_refunded' AND invoice_status IN (<<final>>)
                   THEN 'applied:given_up'
                   ELSE verdict END AS decided
         FROM counted
       OFFSET 0 -- what is decided is looked at more than once
     )
SELECT journal, subject, form, invoice_id, partner_id, refund_id, line, refused_line, refused_sides,
       coalesce(effective_date, CAST(:today AS date)) AS effective_date,
       effective_date IS NULL AS is_undated,
       amount, link_type, link_id, payment_account_id, partner_code, invoice_status, status_before, expected, earlier,
       receipt, is_booked AND effect IN ('paid', 'charged') AS is_booked, is_header_refused, is_accepted,
       CASE WHEN is_accepted THEN NULL ELSE message END AS message,
       was_never_charged AND NOT is_accepted AND decided <> 'applied:in_newer_batch' AS was_never_charged,
       effect,
       split_part(decided, ':', 1) AS outcome,
       split_part(decided, ':', 2) AS rule
  FROM final
