-- Count the bounces of a file or of an account that were applied before bounces kept what they change.
-- in     file, account text: one of the two
-- out    one number
-- again  reads only
SELECT count(*)
  FROM pay_jobs.settlement_rows AS line
  JOIN pay_jobs.inbound_files AS file
    ON file.id = line.file_id
 WHERE line.kind = 'BOUNCE'
   AND line.outcome = 'applied'
   AND (   file.name = :file
        OR EXISTS (SELECT FROM cfs_accounts AS profile
                     JOIN payment_accounts AS account
                       ON account.id = profile.account_id
                    WHERE profile.cfs_account = line.customer_account
                      AND account.auth_account_id = :account))
   AND NOT EXISTS (SELECT FROM pay_jobs.bounce_rows AS kept
                    WHERE kept.file_id = line.file_id
                      AND kept.line    = line.line)
