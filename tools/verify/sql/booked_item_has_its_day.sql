-- A refund, disbursement or invoice of which CGI accepted lines, of another day than theirs.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 7.2: dates are the effective date of the accepted line; `processed_on` is when
--        this service applied it. A line of a journal is accepted where its JH and BH are too, an item of AP where
--        each of its lines is; what a newer batch has is left to the answer to that. Of several answers any may
--        be the one; a person who changes it afterwards stamps his name, the jobs none. A slip may be refunded again: what
--        is left of it is asked for or authorized, or was handed over since. A day that could not be read is any day
WITH refused AS MATERIALIZED (
       SELECT file_id, batch_number, journal, record
         FROM pay_jobs.feedback_lines
        WHERE record IN ('BH', 'JH')
          AND code <> '0000'
          AND file_id >= :first_file
     ),
     accepted AS (
       SELECT line.batch_number, batch.file_type, line.subject,
              array_agg(DISTINCT line.effective_date) FILTER (WHERE line.record IN ('JD', 'IH')) AS days,
              min(part.applied_on AT TIME ZONE 'UTC') AS first_on,
              max(part.applied_on AT TIME ZONE 'UTC') AS last_on,
              bool_and(line.code = '0000'
                       AND NOT (line.record = 'JD' AND (head.file_id IS NOT NULL OR title.file_id IS NOT NULL))) AS is_accepted,
              least(coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0),
                    coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0)) AS amount
         FROM pay_jobs.feedback_lines AS line
         JOIN ejv_files AS batch
           ON batch.id = line.batch_number
         JOIN (SELECT file_id, batch_number, max(applied_on) AS applied_on
                 FROM pay_jobs.feedback_batches
                WHERE file_id >= :first_file
                GROUP BY file_id, batch_number) AS part
           ON part.file_id = line.file_id
          AND part.batch_number = line.batch_number
         LEFT JOIN (SELECT DISTINCT file_id, batch_number FROM refused WHERE record = 'BH') AS head
           ON head.file_id = line.file_id
          AND head.batch_number = line.batch_number
         LEFT JOIN (SELECT DISTINCT file_id, batch_number, journal FROM refused WHERE record = 'JH') AS title
           ON title.file_id = line.file_id
          AND title.batch_number = line.batch_number
          AND title.journal = line.journal
        WHERE line.record IN ('JD', 'IH', 'IL', 'NA', 'IC')
          AND line.outcome = 'applied'
          AND line.rule NOT IN ('settled_before', 'in_newer_batch')
          AND line.file_id >= :first_file
        GROUP BY line.batch_number, batch.file_type, line.subject
     )
SELECT dated.row,
       'explain batch ' || dated.batch_number AS next,
       dated.account_id,
       dated.day,
       dated.expected,
       dated.found
  FROM (SELECT accepted.batch_number, 'partial refund ' || refund.id AS row, invoice.payment_account_id AS account_id,
               refund.created_on AS day,
               format('REFUND_PROCESSED over %s, posted %s', accepted.amount, accepted.days) AS expected,
               format('%s over %s, posted %s', refund.status, refund.refund_amount, refund.gl_posted) AS found
          FROM accepted
          JOIN refunds_partial AS refund
            ON accepted.subject ~ '^[0-9]{1,9}-PR-[0-9]{1,9}$'
           AND refund.id = CAST(split_part(accepted.subject, '-', 3) AS integer)
          JOIN invoices AS invoice
            ON invoice.id = refund.invoice_id
         WHERE accepted.is_accepted
           AND (refund.status <> 'REFUND_PROCESSED'
                OR refund.refund_amount <> accepted.amount
                OR refund.gl_posted IS NULL
                OR CAST(refund.gl_posted AS date) <> ALL (accepted.days))
         UNION ALL
        SELECT accepted.batch_number, 'partner disbursement ' || partner.id, NULL, partner.created_on,
               format('%s, feedback on %s, processed %s',
                      CASE WHEN accepted.is_accepted THEN CASE WHEN partner.is_reversal THEN 'REVERSED' ELSE 'COMPLETED' END
                           ELSE 'ERRORED, WAITING_FOR_JOB, or CANCELLED with its invoice' END,
                      accepted.days, CAST(accepted.last_on AS timestamp(0))),
               format('%s, feedback on %s, processed %s', partner.status_code, partner.feedback_on, partner.processed_on)
          FROM accepted
          JOIN partner_disbursements AS partner
            ON accepted.file_type = 'DISBURSEMENT'
           AND accepted.subject ~ '^[0-9]{1,9}-[0-9]{1,9}(-PR)?$'
           AND partner.id = CAST(split_part(accepted.subject, '-', 2) AS integer)
         WHERE (accepted.is_accepted
                AND (partner.status_code <> CASE WHEN partner.is_reversal THEN 'REVERSED' ELSE 'COMPLETED' END
                     OR partner.feedback_on IS NULL
                     OR CAST(partner.feedback_on AS date) <> ALL (accepted.days)
                     OR partner.processed_on IS NULL
                     OR partner.processed_on NOT BETWEEN accepted.first_on - interval '1 hour'
                                                     AND accepted.last_on + interval '1 hour'))
            OR (NOT accepted.is_accepted
                AND partner.status_code NOT IN ('ERRORED', 'WAITING_FOR_JOB')
                AND NOT (partner.status_code = 'CANCELLED'
                         AND lower(partner.target_type) = 'invoice'
                         AND EXISTS (SELECT FROM invoices AS given_up
                                      WHERE given_up.id = partner.target_id
                                        AND given_up.invoice_status_code IN ('REFUND_REQUESTED', <<final>>)))
                AND NOT EXISTS (SELECT FROM accepted AS other
                                 WHERE other.subject = accepted.subject
                                   AND other.batch_number > accepted.batch_number)
                AND NOT EXISTS (SELECT FROM ejv_links AS newer
                                  JOIN ejv_headers AS header
                                    ON header.id = newer.ejv_header_id
                                   AND header.ejv_file_id > accepted.batch_number
                                  JOIN ejv_files AS file
                                    ON file.id = header.ejv_file_id
                                   AND file.file_type = 'DISBURSEMENT'
                                 WHERE newer.link_id = partner.target_id
                                   AND coalesce(newer.link_type, 'invoice') = lower(partner.target_type)))
         UNION ALL
        SELECT accepted.batch_number, 'invoice ' || invoice.id, invoice.payment_account_id, invoice.created_on,
               format('%s on %s', CASE WHEN accepted.file_type = 'PAYMENT' THEN 'paid or refunded' ELSE 'disbursed or reversed' END,
                      accepted.days),
               format('%s, paid %s, refunded %s, disbursed %s, reversed %s', invoice.invoice_status_code,
                      invoice.payment_date, invoice.refund_date, invoice.disbursement_date,
                      invoice.disbursement_reversal_date)
          FROM (SELECT file_type, split_part(subject, '-', 1) AS number, max(batch_number) AS batch_number,
                       bool_and(is_accepted) AS is_accepted,
                       (SELECT array_agg(DISTINCT one) FROM unnest(array_agg(days[1]) || array_agg(days[cardinality(days)])) AS one) AS days
                  FROM accepted
                 WHERE file_type IN ('PAYMENT', 'DISBURSEMENT', 'NON_GOV_DISBURSEMENT')
                   AND subject ~ '^[0-9]{1,9}(-[0-9]{1,9})?$'
                 GROUP BY file_type, split_part(subject, '-', 1)) AS accepted
          JOIN invoices AS invoice
            ON invoice.id = CAST(accepted.number AS integer)
         WHERE accepted.is_accepted
           AND CASE accepted.file_type
               WHEN 'PAYMENT'
               THEN (invoice.invoice_status_code = 'PAID' AND invoice.payment_method_code = 'EJV'
                     AND CAST(invoice.payment_date AS date) <> ALL (accepted.days))
                 OR (invoice.invoice_status_code = 'MANUALLY_REFUNDED' AND invoice.payment_method_code = 'EJV'
                     AND CAST(invoice.refund_date AS date) = ANY (accepted.days))
                 OR (invoice.invoice_status_code = 'REFUNDED' AND invoice.payment_method_code = 'EJV'
                     AND CAST(invoice.refund_date AS date) <> ALL (accepted.days)
                     AND CAST(invoice.payment_date AS date) <> ALL (accepted.days))
               ELSE (invoice.disbursement_date IS NULL
                     OR CAST(invoice.disbursement_date AS date) <> ALL (accepted.days))
                AND (invoice.disbursement_reversal_date IS NULL
                     OR CAST(invoice.disbursement_reversal_date AS date) <> ALL (accepted.days)) END
         UNION ALL
        SELECT accepted.batch_number, 'slip ' || slip.number, slip.payment_account_id, slip.created_on,
               CASE WHEN accepted.is_accepted THEN format('PROCESSED, posted %s', accepted.days) ELSE 'REFUND_REJECTED' END,
               format('%s, %s, posted %s', slip.status, coalesce(slip.refund_status, 'no refund status'), refund.days)
          FROM accepted
          JOIN routing_slips AS slip
            ON accepted.file_type = 'REFUND'
           AND slip.number = accepted.subject
          LEFT JOIN (SELECT routing_slip_id, array_remove(array_agg(CAST(gl_posted AS date)), NULL) AS days
                       FROM refunds
                      GROUP BY routing_slip_id) AS refund
            ON refund.routing_slip_id = slip.id
         WHERE accepted.batch_number = (SELECT max(last.batch_number) FROM accepted AS last
                                         WHERE last.file_type = 'REFUND' AND last.subject = accepted.subject)
           AND (accepted.is_accepted
                AND NOT (slip.status IN ('REFUND_REQUESTED', 'REFUND_AUTHORIZED') AND coalesce(slip.remaining_amount, 0) > 0
                         OR slip.status IN ('REFUND_AUTHORIZED', 'REFUND_UPLOADED')
                        AND EXISTS (SELECT FROM pay_jobs.slip_movements AS next
                                     WHERE next.slip = slip.number
                                       AND next.kind = 'refunded'
                                       AND next.moved_on AT TIME ZONE 'UTC' > accepted.last_on))
                AND (slip.status <> 'REFUND_PROCESSED'
                     OR slip.refund_status IS NULL
                     OR slip.refund_status <> 'PROCESSED'
                        AND (slip.refund_status <> 'CHEQUE_UNDELIVERABLE' OR slip.updated_by IS NULL)
                     OR NOT coalesce(CASE WHEN array_position(accepted.days, NULL) IS NULL THEN refund.days && accepted.days
                                          ELSE refund.days <> '{}' END, true))
                OR NOT accepted.is_accepted
                AND slip.status <> 'REFUND_REJECTED'
                AND slip.updated_by IS NULL
                AND NOT EXISTS (SELECT FROM ejv_files AS newer
                                 WHERE newer.file_type = 'REFUND' AND newer.id > accepted.batch_number))
         UNION ALL
        SELECT accepted.batch_number, 'EFT refund ' || refund.id, NULL, refund.created_on,
               CASE WHEN accepted.is_accepted THEN format('COMPLETED on %s', accepted.days) ELSE 'ERRORED' END,
               format('%s, disbursement %s on %s, cheque %s', refund.status, refund.disbursement_status_code,
                      refund.disbursement_date, coalesce(refund.cheque_status, 'none'))
          FROM accepted
          JOIN eft_refunds AS refund
            ON accepted.file_type = 'EFT_REFUND'
           AND CAST(refund.id AS text) = accepted.subject
         WHERE accepted.batch_number = (SELECT max(last.batch_number) FROM accepted AS last
                                         WHERE last.file_type = 'EFT_REFUND' AND last.subject = accepted.subject)
           AND (accepted.is_accepted
                AND (refund.status <> 'COMPLETED'
                     OR refund.disbursement_status_code IS DISTINCT FROM 'COMPLETED'
                     OR refund.disbursement_date IS NULL
                     OR refund.disbursement_date <> ALL (accepted.days)
                     OR upper(refund.refund_method) LIKE 'CH%'
                        AND coalesce(refund.cheque_status, '') <> 'PROCESSED'
                        AND (coalesce(refund.cheque_status, '') <> 'CHEQUE_UNDELIVERABLE' OR refund.updated_by IS NULL)
                     OR upper(coalesce(refund.refund_method, '')) NOT LIKE 'CH%' AND refund.cheque_status IS NOT NULL)
                OR NOT accepted.is_accepted
                AND refund.updated_by IS NULL
                AND (refund.status <> 'ERRORED'
                     OR refund.disbursement_status_code IS DISTINCT FROM 'ERRORED'
                        AND NOT EXISTS (SELECT FROM ejv_files AS newer
                                         WHERE newer.file_type = 'EFT_REFUND' AND newer.id > accepted.batch_number)))
       ) AS dated
