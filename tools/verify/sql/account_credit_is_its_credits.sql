-- An account whose credit is not the sum of what is left of its credits, by the site on which each was found.
-- source docs/specs/cas-settlement-csv.md section 7 (sync): the sums are made when a credit is looked up; of one without a
--        site, which was not looked up yet, the API has raised the account's credit and not said which
SELECT 'account ' || account.id AS row,
       'explain account ' || account.auth_account_id AS next,
       account.id AS account_id,
       sums.last_made AS day,
       format('PAD %s, online banking %s, EFT %s%s', wanted.pad, wanted.bank, wanted.eft,
              ', and ' || nullif(wanted.unplaced, 0) || ' not looked up') AS expected,
       format('PAD %s, online banking %s, EFT %s', coalesce(account.pad_credit, 0), coalesce(account.ob_credit, 0),
              coalesce(account.eft_credit, 0)) AS found
  FROM (SELECT credit.account_id,
               max(credit.created_on) AS last_made,
               coalesce(sum(credit.remaining) FILTER (WHERE credit.method = 'PAD'), 0) AS pad,
               coalesce(sum(credit.remaining) FILTER (WHERE credit.method = 'ONLINE_BANKING'), 0) AS bank,
               coalesce(sum(credit.remaining) FILTER (WHERE credit.method = 'EFT'), 0) AS eft,
               coalesce(sum(credit.remaining) FILTER (WHERE credit.method IS NULL), 0) AS unplaced
          FROM (SELECT one.account_id, one.created_on,
                       CAST(one.remaining_amount AS numeric(19,2)) AS remaining,
                       (SELECT cfs.payment_method
                          FROM cfs_accounts AS cfs
                         WHERE cfs.account_id = one.account_id
                           AND cfs.cfs_site = one.cfs_site
                         ORDER BY cfs.id DESC
                         LIMIT 1) AS method
                  FROM credits AS one) AS credit
         GROUP BY credit.account_id) AS sums
 RIGHT JOIN payment_accounts AS account
    ON account.id = sums.account_id
 CROSS JOIN LATERAL (
        SELECT coalesce(sums.pad, 0) AS pad, coalesce(sums.bank, 0) AS bank, coalesce(sums.eft, 0) AS eft,
               coalesce(sums.unplaced, 0) AS unplaced
      ) AS wanted
 CROSS JOIN LATERAL (
        SELECT coalesce(account.pad_credit, 0) - wanted.pad AS pad,
               coalesce(account.ob_credit, 0) - wanted.bank AS bank,
               coalesce(account.eft_credit, 0) - wanted.eft AS eft
      ) AS beyond
 WHERE least(beyond.pad, beyond.bank, beyond.eft) < 0
    OR beyond.pad + beyond.bank + beyond.eft NOT IN (0, wanted.unplaced)
