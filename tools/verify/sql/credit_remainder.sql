-- A credit of which more or less is left than was made.
-- source docs/specs/cas-settlement-csv.md section 7: between nothing and what it was made over
SELECT 'credit ' || credit.id AS row,
       'explain account ' || account.auth_account_id AS next,
       credit.account_id,
       credit.created_on AS day,
       format('between 0.00 and %s left', CAST(credit.amount AS numeric(19,2))) AS expected,
       format('%s left', CAST(credit.remaining_amount AS numeric(19,2))) AS found
  FROM credits AS credit
  LEFT JOIN payment_accounts AS account
    ON account.id = credit.account_id
 WHERE CAST(credit.remaining_amount AS numeric(19,2)) NOT BETWEEN 0 AND CAST(credit.amount AS numeric(19,2))
