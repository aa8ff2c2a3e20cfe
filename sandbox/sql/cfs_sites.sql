-- List the sites that CFS has made: one per profile; a slip's is named after it.
-- in     nothing
-- out    one row per CFS account that is known there, as a seed of the simulator
-- again  reads only
SELECT cfs.cfs_party   AS party_number,
       cfs.cfs_account AS account_number,
       cfs.cfs_site    AS site_number,
       coalesce(slip.number, 'Site 1') AS site_name,
       CASE
           WHEN cfs.payment_method = 'PAD' AND cfs.status IN ('FREEZE', 'INACTIVE') THEN 'BCR-PAD Stop'
           WHEN cfs.payment_method = 'PAD' THEN 'BCR-PAD Daily'
           WHEN cfs.payment_method = 'EFT' THEN 'BC REG EFT Wire Cheque'
       END             AS receipt_method
  FROM cfs_accounts AS cfs
  LEFT JOIN routing_slips AS slip
    ON slip.payment_account_id = cfs.account_id
   AND cfs.payment_method = 'INTERNAL'
 WHERE cfs.cfs_site IS NOT NULL
 ORDER BY cfs.id
