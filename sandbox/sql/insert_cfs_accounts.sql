-- Give PAD, EFT and online banking accounts their CFS account, and the few that changed method the former one.
-- in     payment_accounts
-- out    one row per account and method; the former one is INACTIVE
-- again  refused by the primary key
WITH used AS (
    SELECT id AS account_id,
           payment_method AS method,
           pg_temp.dice(id, 'cfs status', 1000) AS lot,
           FALSE AS former
      FROM payment_accounts
     WHERE payment_method IN ('PAD', 'EFT', 'ONLINE_BANKING')
     UNION ALL
    SELECT id,
           CASE payment_method WHEN 'PAD' THEN 'EFT' ELSE 'PAD' END,
           0,
           TRUE
      FROM payment_accounts
     WHERE pg_temp.dice(id, 'former method', 100) < CASE payment_method WHEN 'PAD' THEN 3 WHEN 'EFT' THEN 20 ELSE 0 END
),
numbered AS (
    SELECT row_number() OVER (ORDER BY account_id, former DESC) AS id,
           used.*,
           CASE
               WHEN former THEN 'INACTIVE'
               WHEN method = 'PAD' AND lot < 15 THEN 'FREEZE'
               WHEN method = 'PAD' AND lot < 20 THEN 'PENDING_PAD_ACTIVATION'
               WHEN method = 'PAD' AND lot < 26 THEN 'INACTIVE'
               WHEN method <> 'ONLINE_BANKING' AND lot < 32 THEN 'PENDING'
               ELSE 'ACTIVE'
           END AS status
      FROM used
)
INSERT INTO cfs_accounts (
       id,
       account_id,
       payment_method,
       status,
       cfs_party,
       cfs_account,
       cfs_site,
       payment_instrument_number,
       bank_number,
       bank_branch_number,
       bank_account_number
)
SELECT id,
       account_id,
       method,
       status,
       CASE WHEN status <> 'PENDING' THEN (400000 + id)::text END,
       CASE WHEN status <> 'PENDING' THEN (800000 + id)::text END,
       CASE WHEN status <> 'PENDING' THEN (600000 + id)::text END,
       CASE WHEN status <> 'PENDING' AND method = 'PAD' THEN (300000 + id)::text END,
       CASE WHEN method = 'PAD' THEN '0' || 990 + pg_temp.dice(account_id, 'bank', 9) END,
       CASE WHEN method = 'PAD' THEN lpad(pg_temp.dice(account_id, 'branch', 1000)::text, 5, '0') END,
       CASE WHEN method = 'PAD' THEN lpad(pg_temp.dice(account_id, 'bank account', 10000000)::text, 7, '0') END
  FROM numbered
 ORDER BY id
