-- Note since when accounts owe, and keep them as they were.
-- in     ids (choose_owing.sql), now (naive UTC)
-- out    nothing
WITH owing AS (
       UPDATE payment_accounts AS account
          SET has_nsf_invoices = :now
         FROM payment_accounts AS old
        WHERE account.id = ANY (:ids)
          AND old.id = account.id
    RETURNING account.id, to_jsonb(old) AS was
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT bounced.file_id, bounced.line, 'payment_accounts', owing.id, owing.was
  FROM owing
  JOIN bounced_payments AS bounced
    ON bounced.payment_account_id = owing.id
   AND bounced.is_first
