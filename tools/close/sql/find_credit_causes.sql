-- Find why credits are not as their movements say, and whose they are.
-- in     credits bigint[]
-- out    credit_id, auth_account_id, cause: the accounts of a file whose credits CFS was not asked for yet
SELECT credit.id AS credit_id, account.auth_account_id,
       (SELECT 'CFS is to be asked again: ' || min(sync.subject) || ' is ' || min(sync.state)
          FROM pay_jobs.operations AS sync
         WHERE sync.kind = 'credit sync'
           AND sync.state NOT IN ('done', 'dropped')) AS cause
  FROM credits AS credit
  LEFT JOIN payment_accounts AS account
    ON account.id = credit.account_id
 WHERE credit.id = ANY (CAST(:credits AS bigint[]))
