-- Find why credits are not as their movements say, and whose they are.
-- in     ids bigint[]
-- out    id, row (what it is called), cause (null where nothing is known), next (what to type): the accounts of a file
--        whose credits CFS was not asked for yet, and what their account waits for
SELECT credit.id, 'credit ' || credit.id AS row, coalesce('explain account ' || account.auth_account_id, 'verify') AS next,
       nullif(concat_ws('; ',
         (SELECT 'CFS is to be asked again: ' || min(sync.subject) || ' is ' || min(sync.state)
            FROM pay_jobs.operations AS sync
           WHERE sync.kind = 'credit sync'
             AND sync.state NOT IN ('done', 'dropped')),
         (SELECT concat_ws(': ', format('message %s (%s) of its account is %s', message.id, message.kind, message.state),
                           message.last_error)
            FROM pay_jobs.outbox AS message
           WHERE message.ordering_key = 'account:' || credit.account_id
             AND message.state IN ('pending', 'dead')
           ORDER BY message.id
           LIMIT 1)), '') AS cause
  FROM credits AS credit
  LEFT JOIN payment_accounts AS account
    ON account.id = credit.account_id
 WHERE credit.id = ANY (CAST(:ids AS bigint[]))
