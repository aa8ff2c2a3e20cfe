-- Freeze PAD profiles, and keep them as they were, but for the bank account: only the owner's table has that.
-- in     ids (choose_freezing.sql)
-- out    nothing
WITH frozen AS (
       UPDATE cfs_accounts AS profile
          SET status = 'FREEZE'
         FROM cfs_accounts AS old
        WHERE profile.id = ANY (:ids)
          AND old.id = profile.id
    RETURNING profile.id,
              to_jsonb(old) - ARRAY['bank_number', 'bank_branch_number', 'bank_account_number',
                                    'payment_instrument_number'] AS was
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT bounced.file_id, bounced.line, 'cfs_accounts', frozen.id, frozen.was
  FROM frozen
  JOIN bounced_payments AS bounced
    ON bounced.cfs_account_id = frozen.id
   AND bounced.is_first
