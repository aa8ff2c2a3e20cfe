-- List the slips that the old system still has to work, and does not.
-- in     since (naive UTC, or null)
-- out    one number a row
-- again  reads only
SELECT slip.number
  FROM routing_slips AS slip
 WHERE slip.created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
   AND (slip.status = 'CORRECTION'
        OR slip.cas_mismatch
        OR slip.status IN ('VOID', 'NSF')
           AND EXISTS (SELECT FROM cfs_accounts AS profile
                        WHERE profile.account_id = slip.payment_account_id
                          AND profile.payment_method = 'INTERNAL'
                          AND profile.status = 'FREEZE'))
