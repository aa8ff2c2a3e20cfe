-- List the next credits with a balance, one row for each site of the account that may hold them.
-- in     after (the id of the credit before), page (how many credits), file_ids (null: the credits of all accounts)
-- out    id, cfs_identifier, is_credit_memo, amount, remaining, account_id, found_on, cfs_party, cfs_account, cfs_site
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 7: PAD, online banking, EFT; for a receipt EFT is not tried
--
-- Of each method the profile in use comes first, then those that were given up: old credits stay on their old site.
SELECT credit.id,
       credit.cfs_identifier,
       coalesce(credit.is_credit_memo, false) AS is_credit_memo,
       CAST(credit.amount AS numeric(19,2)) AS amount,
       CAST(credit.remaining_amount AS numeric(19,2)) AS remaining,
       credit.account_id,
       credit.cfs_site AS found_on,
       site.cfs_party,
       site.cfs_account,
       site.cfs_site
  FROM (SELECT *
          FROM credits
         WHERE remaining_amount > 0
           AND id > :after
           AND (CAST(:file_ids AS bigint[]) IS NULL
                OR account_id IN (
                     SELECT cfs.account_id
                       FROM pay_jobs.settlement_rows AS line
                       JOIN cfs_accounts AS cfs
                         ON cfs.cfs_account = line.customer_account
                      WHERE line.file_id = ANY (CAST(:file_ids AS bigint[]))))
         ORDER BY id
         LIMIT :page) AS credit
  LEFT JOIN LATERAL (
         SELECT method.rank, cfs.id, cfs.status = 'INACTIVE' AS is_inactive, cfs.cfs_party, cfs.cfs_account, cfs.cfs_site
           FROM cfs_accounts AS cfs
           JOIN (VALUES ('PAD', 1), ('ONLINE_BANKING', 2), ('EFT', 3)) AS method (code, rank)
             ON method.code = cfs.payment_method
          WHERE cfs.account_id = credit.account_id
            AND nullif(cfs.cfs_party, '') IS NOT NULL
            AND nullif(cfs.cfs_account, '') IS NOT NULL
            AND nullif(cfs.cfs_site, '') IS NOT NULL
            AND (coalesce(credit.is_credit_memo, false) OR method.code <> 'EFT')
       ) AS site ON true
 ORDER BY credit.id, site.rank, site.is_inactive, site.id DESC
