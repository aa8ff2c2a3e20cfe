-- The stuck invoices of the benchmark with their joined evidence, as one statement typed by hand.
SELECT invoice.id, invoice.payment_method_code, invoice.invoice_status_code, invoice.created_on, invoice.total,
       invoice.paid, invoice.routing_slip, account.auth_account_id, account.billable,
       reference.active, reference.active_on, reference.completed, reference.cancelled,
       profile.status, profile.cfs_party, profile.cfs_account, profile.cfs_site,
       journal.link_status, journal.message, journal.file_id, journal.file_ref, journal.file_status,
       journal.feedback_file_ref, gl.is_stopped, gl.client,
       slip.status, slip.remaining_amount,
       link.pending_since, link.is_completed,
       line.name, line.outcome, line.detail, payment.payment_status_code, bounce.description,
       others.first_id, others.total
  FROM invoices AS invoice
  JOIN payment_accounts AS account ON account.id = invoice.payment_account_id
  LEFT JOIN LATERAL (
       SELECT max(found.invoice_number) FILTER (WHERE found.status_code = 'ACTIVE') AS active,
              max(found.created_on) FILTER (WHERE found.status_code = 'ACTIVE') AS active_on,
              max(found.invoice_number) FILTER (WHERE found.status_code = 'COMPLETED') AS completed,
              max(found.invoice_number) FILTER (WHERE found.status_code = 'CANCELLED') AS cancelled
         FROM invoice_references AS found
        WHERE found.invoice_id = invoice.id) AS reference ON true
  LEFT JOIN LATERAL (
       SELECT found.* FROM cfs_accounts AS found
        WHERE found.account_id = account.id AND found.payment_method = invoice.payment_method_code
        ORDER BY found.status = 'INACTIVE', found.id DESC LIMIT 1) AS profile ON true
  LEFT JOIN LATERAL (
       SELECT link.disbursement_status_code AS link_status, link.message, file.id AS file_id, file.file_ref,
              file.disbursement_status_code AS file_status, file.feedback_file_ref
         FROM ejv_links AS link
         JOIN ejv_headers AS header ON header.id = link.ejv_header_id
         JOIN ejv_files AS file ON file.id = header.ejv_file_id
        WHERE link.link_id = invoice.id AND link.link_type = 'invoice' AND file.file_type = 'PAYMENT'
        ORDER BY link.id DESC LIMIT 1) AS journal ON invoice.payment_method_code = 'EJV'
  LEFT JOIN LATERAL (
       SELECT bool_or(code.stop_ejv) AS is_stopped, max(code.client) AS client
         FROM distribution_codes AS code
        WHERE code.account_id = account.id AND code.end_date IS NULL) AS gl ON invoice.payment_method_code = 'EJV'
  LEFT JOIN routing_slips AS slip ON slip.number = invoice.routing_slip
  LEFT JOIN LATERAL (
       SELECT min(found.created_on) FILTER (WHERE found.status_code = 'PENDING') AS pending_since,
              bool_or(found.status_code = 'COMPLETED') AS is_completed
         FROM eft_credit_invoice_links AS found
        WHERE found.invoice_id = invoice.id) AS link ON invoice.payment_method_code = 'EFT'
  LEFT JOIN LATERAL (
       SELECT file.name, found.outcome, found.detail
         FROM pay_jobs.settlement_rows AS found
         JOIN pay_jobs.inbound_files AS file ON file.id = found.file_id
        WHERE found.target_number = reference.active
        ORDER BY found.outcome = 'rejected' DESC, found.file_id DESC LIMIT 1) AS line ON reference.active IS NOT NULL
  LEFT JOIN LATERAL (
       SELECT found.payment_status_code FROM payments AS found
        WHERE found.invoice_number = reference.active
        ORDER BY found.payment_status_code LIMIT 1) AS payment ON reference.active IS NOT NULL
  LEFT JOIN LATERAL (
       SELECT found.description FROM non_sufficient_funds AS found
        WHERE found.invoice_number = reference.active LIMIT 1) AS bounce ON reference.active IS NOT NULL
  LEFT JOIN (
       SELECT found.payment_account_id, min(found.id) AS first_id, sum(found.total) AS total
         FROM invoices AS found
        WHERE found.invoice_status_code = 'APPROVED' AND found.payment_method_code = 'PAD'
          AND NOT EXISTS (SELECT FROM invoice_references AS sent WHERE sent.invoice_id = found.id)
        GROUP BY found.payment_account_id) AS others
    ON others.payment_account_id = account.id AND reference.active IS NULL AND invoice.payment_method_code = 'PAD'
 WHERE invoice.invoice_status_code = 'APPROVED'
   AND invoice.created_on < timestamp '2026-11-01'
 ORDER BY invoice.id
