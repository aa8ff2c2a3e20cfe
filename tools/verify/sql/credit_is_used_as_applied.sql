-- A credit memo of which another amount is left than was made less what was applied, after its account was synchronised.
-- source docs/specs/cas-settlement-csv.md section 7: what is left is CFS's to say; a file's accounts are asked once it is
--        applied. The reference drops what found no invoice (7 B), so its memos may have less left
SELECT 'credit ' || credit.id AS row,
       'explain account ' || account.auth_account_id AS next,
       credit.account_id,
       credit.created_on AS day,
       format('%s of %s left: %s applied', CAST(credit.amount AS numeric(19,2)) - used.amount,
              CAST(credit.amount AS numeric(19,2)), used.amount) AS expected,
       format('%s left', CAST(credit.remaining_amount AS numeric(19,2))) AS found
  FROM (SELECT applied.credit_id, sum(applied.amount_applied) AS amount, max(applied.created_on) AS last
          FROM applied_credits AS applied
         GROUP BY applied.credit_id) AS used
  JOIN credits AS credit
    ON credit.id = used.credit_id
  LEFT JOIN payment_accounts AS account
    ON account.id = credit.account_id
 WHERE credit.is_credit_memo
   AND CAST(credit.remaining_amount AS numeric(19,2)) <> CAST(credit.amount AS numeric(19,2)) - used.amount
   AND EXISTS (SELECT FROM applied_credits AS applied
                 JOIN pay_jobs.settlement_rows AS line
                   ON line.application_id = applied.application_id
                  AND line.target_number = applied.invoice_number
                 JOIN pay_jobs.inbound_files AS file
                   ON file.id = line.file_id
                  AND file.state = 'applied'
                WHERE applied.credit_id = credit.id
                  AND NOT EXISTS (SELECT FROM pay_jobs.operations AS sync
                                   WHERE sync.subject = 'credit sync ' || file.id
                                     AND sync.state NOT IN ('done', 'dropped')))
