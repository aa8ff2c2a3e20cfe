-- Give each routing slip its CFS account; of the linked and void ones every other waits for the job.
-- in     demo_slips
-- out    one row per slip
-- again  refused by the primary key
INSERT INTO cfs_accounts (id, account_id, payment_method, status, cfs_party, cfs_account, cfs_site)
SELECT last.id + slip.id,
       slip.account_id,
       'INTERNAL',
       CASE
           WHEN slip.status IN ('LINKED', 'VOID') AND mod(slip.id / 12, 2) = 0 THEN 'INACTIVE'
           ELSE 'ACTIVE'
       END,
       (400000 + last.id + slip.id)::text,
       (800000 + last.id + slip.id)::text,
       (600000 + last.id + slip.id)::text
  FROM demo_slips AS slip
 CROSS JOIN (SELECT coalesce(max(id), 0) AS id FROM cfs_accounts) AS last
 ORDER BY slip.id
