-- Add up the open credits of accounts by the payment method of the CFS account that owns the site.
-- in     account_ids
-- out    account_id and the sums (pad, bank, eft), one row for each account that has others
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 7
SELECT account.id AS account_id,
       sums.pad,
       sums.bank,
       sums.eft
  FROM payment_accounts AS account
 CROSS JOIN LATERAL (
         SELECT coalesce(sum(remaining) FILTER (WHERE method = 'PAD'), 0) AS pad,
                coalesce(sum(remaining) FILTER (WHERE method = 'ONLINE_BANKING'), 0) AS bank,
                coalesce(sum(remaining) FILTER (WHERE method = 'EFT'), 0) AS eft
           FROM (SELECT CAST(credit.remaining_amount AS numeric(19,2)) AS remaining,
                        (SELECT cfs.payment_method FROM cfs_accounts AS cfs
                          WHERE cfs.account_id = credit.account_id AND cfs.cfs_site = credit.cfs_site
                          ORDER BY cfs.id DESC LIMIT 1) AS method
                   FROM credits AS credit
                  WHERE credit.account_id = account.id
                    AND credit.remaining_amount > 0) AS open_credits
       ) AS sums
 WHERE account.id = ANY (:account_ids)
   AND (account.pad_credit, account.ob_credit, account.eft_credit) IS DISTINCT FROM (sums.pad, sums.bank, sums.eft)
