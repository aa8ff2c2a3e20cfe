-- Every slip with its CFS profile.
SELECT slip.number, slip.status, CAST(slip.total AS numeric(19,2)), CAST(slip.remaining_amount AS numeric(19,2)),
       slip.parent_number, slip.cas_version_suffix, profile.status,
       CAST(coalesce(slip.refund_amount, 0) AS numeric(19,2)), slip.refund_status
  FROM routing_slips AS slip JOIN cfs_accounts AS profile ON profile.account_id = slip.payment_account_id
