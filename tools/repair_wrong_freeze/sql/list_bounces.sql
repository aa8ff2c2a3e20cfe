-- List the bounces of a file, or those of an account that are still owed, that were not taken back, each with what it
-- was about; and those that an undo of the account began with. What another service had noted, and only its payment was
-- failed here, is no bounce of the account, save beside that of another receipt of the payment.
-- in     file, account text: one of the two
-- out    file_id, line, file, account_id, auth_account, number
-- again  reads only
SELECT DISTINCT
       kept.file_id,
       kept.line,
       file.name AS file,
       account.id AS account_id,
       account.auth_account_id AS auth_account,
       line.target_number AS number
  FROM pay_jobs.bounce_rows AS kept
  JOIN pay_jobs.inbound_files AS file
    ON file.id = kept.file_id
  JOIN pay_jobs.settlement_rows AS line
    ON line.file_id = kept.file_id
   AND line.line    = kept.line
  JOIN payments AS payment
    ON payment.id = kept.row_id
  JOIN payment_accounts AS account
    ON account.id = payment.payment_account_id
 WHERE kept.pay_table = 'payments'
   AND kept.undone_on IS NULL
   AND (file.name = :file
        OR (account.auth_account_id = :account
            AND ((line.rule <> 'payment_failed'
                  OR EXISTS (SELECT FROM pay_jobs.bounce_rows AS other
                              WHERE other.pay_table = 'payments'
                                AND other.row_id = kept.row_id
                                AND other.undone_on IS NULL
                                AND (other.file_id, other.line) <> (kept.file_id, kept.line)))
                 AND EXISTS (SELECT FROM invoice_references AS reference
                               JOIN invoices AS invoice
                                 ON invoice.id = reference.invoice_id
                                AND invoice.payment_method_code <> 'CC'
                              WHERE reference.invoice_number = line.target_number
                                AND reference.status_code = 'ACTIVE')
                 OR EXISTS (SELECT FROM pay_jobs.operations AS begun
                             WHERE begun.subject = 'account ' || account.auth_account_id
                               AND begun.state NOT IN ('done', 'dropped')
                               AND EXISTS (SELECT FROM jsonb_array_elements(begun.plan -> 'bounces') AS place
                                            WHERE place = jsonb_build_array(kept.file_id, kept.line))))))
 ORDER BY account.id,
          kept.file_id,
          kept.line
