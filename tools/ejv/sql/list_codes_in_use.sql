-- List the GL codes that the next journals will use, with what they are used for and how much goes over them.
-- in     day date: the day on which the journals take effect
-- out    role, ministry, code and its columns (NULL where there is none), was_refused, items, amount
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 5: what goes out, and which GL stands on which side
--
-- was_refused: the code has the segments on which it was stopped, and is not stopped now. Those are the segments of the
-- first version that was stopped: a correction may come before the stop is cleared.
WITH charged AS (
       SELECT invoice.id, invoice.payment_account_id, invoice.corp_type_code, invoice.total
         FROM invoices AS invoice
         JOIN payment_accounts AS account
           ON account.id = invoice.payment_account_id
        WHERE invoice.payment_method_code = 'EJV'
          AND invoice.invoice_status_code IN ('APPROVED', 'REFUND_REQUESTED')
          AND coalesce(account.billable, true)
          AND NOT EXISTS (SELECT FROM invoice_references AS reference
                           WHERE reference.invoice_id = invoice.id
                             AND reference.status_code = 'ACTIVE')
     ),
     returned AS (
       SELECT part.id, part.payment_line_item_id, part.refund_amount, invoice.payment_account_id,
              invoice.corp_type_code
         FROM refunds_partial AS part
         JOIN invoices AS invoice
           ON invoice.id = part.invoice_id
          AND invoice.payment_method_code = 'EJV'
          AND invoice.invoice_status_code = 'PAID'
         JOIN refunds AS refund
           ON refund.id = part.refund_id
          AND refund.status IN ('APPROVED', 'APPROVAL_NOT_REQUIRED')
        WHERE part.status = 'REFUND_REQUESTED'
     ),
     shared AS (
       SELECT invoice.id, invoice.corp_type_code
         FROM invoices AS invoice
        WHERE invoice.payment_method_code NOT IN ('INTERNAL', 'DRAWDOWN', 'EFT')
          AND (   invoice.invoice_status_code = 'PAID'
              AND coalesce(invoice.disbursement_status_code, 'ERRORED') = 'ERRORED'
              AND NOT EXISTS (SELECT FROM receipts AS receipt
                               WHERE receipt.invoice_id = invoice.id
                                 AND receipt.receipt_date > CAST(:day AS date) - 5)
               OR invoice.invoice_status_code IN (<<refunded>>)
              AND invoice.disbursement_status_code = 'COMPLETED')
     ),
     waiting AS (
       SELECT row.id, row.amount, row.partner_code, line.fee_distribution_id
         FROM partner_disbursements AS row
         JOIN LATERAL (
                SELECT item.fee_distribution_id
                  FROM payment_line_items AS item
                 WHERE item.invoice_id = CASE WHEN lower(row.target_type) = 'invoice' THEN row.target_id
                                              ELSE (SELECT part.invoice_id FROM refunds_partial AS part
                                                     WHERE part.id = row.target_id) END
                 ORDER BY item.id
                 LIMIT 1
              ) AS line ON true
        WHERE row.status_code = 'WAITING_FOR_JOB'
     ),
     charged_lines AS (
       SELECT charged.id, charged.corp_type_code, fee.distribution_code_id, fee.service_fee_distribution_code_id,
              fee.service_fee_gst_distribution_code_id, fee.statutory_fees_gst_distribution_code_id,
              line.total, line.service_fees, line.service_fees_gst, line.statutory_fees_gst
         FROM charged
         JOIN payment_line_items AS line
           ON line.invoice_id = charged.id
          AND line.line_item_status_code = 'ACTIVE'
         LEFT JOIN distribution_codes AS fee
           ON fee.distribution_code_id = line.fee_distribution_id
     ),
     used AS (
       SELECT 'account' AS role, account.name AS ministry, gl.distribution_code_id AS code_id, charged.total AS amount
         FROM (SELECT payment_account_id, total FROM charged
                UNION ALL
               SELECT payment_account_id, refund_amount FROM returned) AS charged
         JOIN payment_accounts AS account
           ON account.id = charged.payment_account_id
         LEFT JOIN LATERAL (
                SELECT code.distribution_code_id
                  FROM distribution_codes AS code
                 WHERE code.account_id = account.id
                 ORDER BY code.start_date <= :day AND coalesce(code.end_date, :day) >= :day DESC,
                          code.start_date DESC,
                          code.distribution_code_id DESC
                 LIMIT 1
              ) AS gl ON true
        UNION ALL
       SELECT 'fee', corp_type_code, distribution_code_id, total FROM charged_lines WHERE total > 0
        UNION ALL
       SELECT 'service fee', corp_type_code, service_fee_distribution_code_id, service_fees
         FROM charged_lines WHERE service_fees > 0
        UNION ALL
       SELECT 'GST on service fee', corp_type_code, service_fee_gst_distribution_code_id, service_fees_gst
         FROM charged_lines WHERE service_fees_gst > 0
        UNION ALL
       SELECT 'GST on fee', corp_type_code, statutory_fees_gst_distribution_code_id, statutory_fees_gst
         FROM charged_lines WHERE statutory_fees_gst > 0
        UNION ALL
       SELECT 'fee', returned.corp_type_code, line.fee_distribution_id, returned.refund_amount
         FROM returned
         JOIN payment_line_items AS line
           ON line.id = returned.payment_line_item_id
        UNION ALL
       SELECT side.role, shared.corp_type_code, side.code_id, line.total + coalesce(line.statutory_fees_gst, 0)
         FROM shared
         JOIN payment_line_items AS line
           ON line.invoice_id = shared.id
          AND line.line_item_status_code = 'ACTIVE'
          AND line.total > 0
         JOIN distribution_codes AS fee
           ON fee.distribution_code_id = line.fee_distribution_id
          AND fee.disbursement_distribution_code_id IS NOT NULL
        CROSS JOIN LATERAL (VALUES ('partner', fee.disbursement_distribution_code_id),
                                   ('fee', fee.distribution_code_id)) AS side (role, code_id)
        UNION ALL
       SELECT side.role, waiting.partner_code, side.code_id, waiting.amount
         FROM waiting
         LEFT JOIN distribution_codes AS fee
           ON fee.distribution_code_id = waiting.fee_distribution_id
        CROSS JOIN LATERAL (VALUES ('partner', fee.disbursement_distribution_code_id),
                                   ('fee', fee.distribution_code_id)) AS side (role, code_id)
     ),
     summed AS (
       SELECT role, ministry, code_id, count(*) AS items, sum(amount) AS amount
         FROM used
        GROUP BY role, ministry, code_id
     )
SELECT summed.role,
       coalesce(summed.ministry, '?') AS ministry,
       code.distribution_code_id AS code,
       coalesce(code.name, '') AS name,
       code.client, code.responsibility_centre, code.service_line, code.stob, code.project_code,
       code.start_date,
       code.end_date,
       coalesce(code.stop_ejv, false) AS is_stopped,
       NOT coalesce(code.stop_ejv, false)
       AND EXISTS (SELECT FROM distribution_codes_history AS earlier
                    WHERE earlier.distribution_code_id = code.distribution_code_id
                      AND earlier.stop_ejv
                      AND NOT EXISTS (SELECT FROM distribution_codes_history AS before
                                       WHERE before.distribution_code_id = earlier.distribution_code_id
                                         AND before.version = earlier.version - 1
                                         AND before.stop_ejv)
                      AND (earlier.client, earlier.responsibility_centre, earlier.service_line, earlier.stob,
                           earlier.project_code)
                          IS NOT DISTINCT FROM
                          (code.client, code.responsibility_centre, code.service_line, code.stob, code.project_code)
                  ) AS was_refused,
       summed.items,
       summed.amount
  FROM summed
  LEFT JOIN distribution_codes AS code
    ON code.distribution_code_id = summed.code_id
 ORDER BY summed.amount DESC,
          summed.role,
          ministry,
          code
