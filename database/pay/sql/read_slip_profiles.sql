-- Read the INTERNAL CFS profile of routing slips: the one in use, else the newest.
-- in     numbers text[]
-- out    slip; profile, its status, party, account, site; nothing for a slip without a profile
-- again  reads only
SELECT slip.number,
       profile.id,
       profile.status,
       profile.cfs_party,
       profile.cfs_account,
       profile.cfs_site
  FROM routing_slips AS slip
 CROSS JOIN LATERAL (
       SELECT found.*
         FROM cfs_accounts AS found
        WHERE found.account_id = slip.payment_account_id
          AND found.payment_method = 'INTERNAL'
        ORDER BY found.status = 'INACTIVE', found.id DESC
        LIMIT 1) AS profile
 WHERE slip.number = ANY (:numbers)
