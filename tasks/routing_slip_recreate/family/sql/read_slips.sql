-- Read a slip and its children, the parent first.
-- in     root
-- out    one row per slip, with its INTERNAL CFS account: the one in use, else the newest
-- again  reads only
SELECT slip.number,
       slip.status,
       slip.total::numeric(19,2)            AS total,
       slip.remaining_amount::numeric(19,2) AS remaining,
       slip.parent_number,
       coalesce(slip.cas_version_suffix, 1) AS version,
       slip.routing_slip_date,
       slip.payment_account_id,
       slip.cas_mismatch,
       coalesce(slip.refund_amount, 0)::numeric(19,2) AS refunded,
       cfs.id                               AS account_id,
       cfs.status                           AS account_status,
       cfs.cfs_party,
       cfs.cfs_account,
       cfs.cfs_site
  FROM routing_slips AS slip
  LEFT JOIN LATERAL (
       SELECT account.*
         FROM cfs_accounts AS account
        WHERE account.account_id = slip.payment_account_id
          AND account.payment_method = 'INTERNAL'
        ORDER BY account.status = 'INACTIVE', account.id DESC
        LIMIT 1
       ) AS cfs ON TRUE
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
