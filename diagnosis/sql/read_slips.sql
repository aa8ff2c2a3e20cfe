-- Read routing slips with their CFS account and children (evidence E11).
-- in     numbers text[]
-- out    one row a slip that exists
-- again  reads only
SELECT slip.number,
       slip.status,
       slip.remaining_amount,
       coalesce(slip.cas_version_suffix, 1),
       slip.cas_mismatch,
       slip.parent_number,
       account.status,
       account.cfs_party,
       account.cfs_account,
       account.cfs_site,
       ARRAY(SELECT child.number || 'L' || CASE WHEN child.cas_version_suffix > 1
                                                THEN 'R' || child.cas_version_suffix ELSE '' END
               FROM routing_slips AS child
              WHERE child.parent_number = slip.number
              ORDER BY child.id),
       EXISTS (SELECT FROM invoices AS waiting
                WHERE waiting.routing_slip = slip.number
                  AND waiting.invoice_status_code = 'CREATED')
  FROM routing_slips AS slip
  LEFT JOIN LATERAL (
       SELECT found.status, found.cfs_party, found.cfs_account, found.cfs_site
         FROM cfs_accounts AS found
        WHERE found.account_id = slip.payment_account_id
        ORDER BY found.status = 'INACTIVE', found.id DESC
        LIMIT 1) AS account ON true
 WHERE slip.number = ANY (:numbers)
