-- Read the journal vouchers of invoices and the GL of their accounts (evidence E8, E10).
-- in     ids integer[]; today date
-- out    one row an invoice; of one whose refund is asked for only what came after that, or is not answered yet
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 8 step 6: of a batch that CGI completed `ejv rebuild` voids the links alone,
--        whose messages name its run
SELECT invoice.id,
       refund.requested_on,
       coalesce(gl.is_there, false),
       coalesce(gl.is_stopped, false),
       gl.code_id,
       gl.client,
       gl.changed_on,
       newest.link_status,
       newest.link_message,
       newest.file_id,
       newest.file_ref,
       newest.file_made_on,
       newest.file_status,
       newest.feedback_ref,
       newest.file_message,
       coalesce(done.batches, 0),
       newest.sent_on,
       coalesce(done.are_all_refused, false) AND NOT <<invoice.was_charged>>,
       greatest(newest.completed_on, newest.voided_on)
  FROM invoices AS invoice
  LEFT JOIN (SELECT found.invoice_id, max(found.requested_date) AS requested_on
               FROM refunds AS found
              WHERE found.invoice_id = ANY (:ids)
              GROUP BY found.invoice_id) AS refund ON refund.invoice_id = invoice.id
   AND invoice.invoice_status_code = 'REFUND_REQUESTED'
  LEFT JOIN LATERAL (
       SELECT true AS is_there,
              bool_or(coalesce(code.stop_ejv, false)) AS is_stopped,
              max(code.distribution_code_id) AS code_id,
              max(code.client) AS client,
              max(code.updated_on) AS changed_on
         FROM distribution_codes AS code
        WHERE code.account_id = invoice.payment_account_id
          AND code.start_date <= :today
          AND (code.end_date IS NULL OR code.end_date >= :today)
       HAVING count(*) > 0) AS gl ON true
  LEFT JOIN LATERAL (
       SELECT link.disbursement_status_code AS link_status,
              link.message AS link_message,
              file.id AS file_id,
              file.file_ref,
              file.created_on AS file_made_on,
              file.disbursement_status_code AS file_status,
              file.feedback_file_ref AS feedback_ref,
              file.message AS file_message,
              file.completed_on,
              <<file.sent_on>> AS sent_on,
              (SELECT run.started_on AT TIME ZONE 'UTC'
                 FROM pay_jobs.job_runs AS run
                WHERE run.id = CAST(substring(link.message FROM '^Voided by ejv rebuild \(run ([0-9]{1,18})\)')
                                    AS bigint)) AS voided_on
         FROM ejv_links AS link
         JOIN ejv_headers AS header ON header.id = link.ejv_header_id
         JOIN ejv_files AS file ON file.id = header.ejv_file_id
        WHERE link.link_id = invoice.id
          AND coalesce(link.link_type, 'invoice') = 'invoice'
          AND file.file_type = 'PAYMENT'
          AND (refund.requested_on IS NULL OR file.created_on >= refund.requested_on
               OR coalesce(link.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED'))
        ORDER BY link.id DESC
        LIMIT 1) AS newest ON true
  LEFT JOIN LATERAL (
       SELECT count(DISTINCT header.ejv_file_id)
                FILTER (WHERE link.disbursement_status_code = 'COMPLETED'
                          AND (refund.requested_on IS NULL OR file.created_on >= refund.requested_on)) AS batches,
              bool_and(coalesce(link.disbursement_status_code, '') = 'ERRORED') AS are_all_refused
         FROM ejv_links AS link
         JOIN ejv_headers AS header ON header.id = link.ejv_header_id
         JOIN ejv_files AS file ON file.id = header.ejv_file_id
        WHERE link.link_id = invoice.id
          AND coalesce(link.link_type, 'invoice') = 'invoice'
          AND file.file_type = 'PAYMENT') AS done ON true
 WHERE invoice.id = ANY (:ids)
