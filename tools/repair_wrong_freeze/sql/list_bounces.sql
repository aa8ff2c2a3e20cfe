-- List the bounces of a file, or those of an account that are still owed, that were not taken back, each with what it
-- was about.
-- in     file, account text: one of the two
-- out    file_id, line, file, account_id, auth_account, number, payment_id
-- again  reads only
SELECT kept.file_id,
       kept.line,
       file.name AS file,
       account.id AS account_id,
       account.auth_account_id AS auth_account,
       line.target_number AS number,
       payment.id AS payment_id
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
            AND (EXISTS (SELECT FROM pay_jobs.bounce_rows AS of_payment
                           JOIN pay_jobs.bounce_rows AS opened
                             ON opened.file_id = of_payment.file_id
                            AND opened.line = of_payment.line
                            AND opened.pay_table = 'invoice_references'
                            AND opened.was IS NOT NULL
                           JOIN invoice_references AS reference
                             ON reference.id = opened.row_id
                            AND reference.status_code = 'ACTIVE'
                          WHERE of_payment.pay_table = 'payments'
                            AND of_payment.row_id = kept.row_id
                            AND of_payment.undone_on IS NULL)
                 OR EXISTS (SELECT FROM pay_jobs.operations AS begun
                             WHERE begun.subject = 'account ' || account.auth_account_id
                               AND begun.state NOT IN ('done', 'dropped')))))
 ORDER BY account.id,
          kept.file_id,
          kept.line
