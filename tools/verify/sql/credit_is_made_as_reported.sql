-- A credit over another amount, or made at another time, than what made it: a line of CAS, or a partial credit.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 7 A; invoice-lifecycle.md section 1.2. Only those this service made; a
--        line that was rejected makes its credit when it is tried again
WITH retried AS MATERIALIZED (
       SELECT row_id AS file_id, CAST(was ->> 'line' AS integer) AS line, max(kept_on) AS at
         FROM pay_jobs.kept_rows
        WHERE pay_table = 'settlement_rows'
          AND (CAST(:since AS timestamp) IS NULL
               OR kept_on >= (CAST(:since AS timestamp) - interval '2 days') AT TIME ZONE 'UTC')
        GROUP BY row_id, was ->> 'line'
     ),
     lines AS (
       SELECT line.*, file.applied_on AS at
         FROM pay_jobs.inbound_files AS file
         JOIN pay_jobs.settlement_rows AS line
           ON line.file_id = file.id
        WHERE (CAST(:since AS timestamp) IS NULL
               OR file.applied_on >= (CAST(:since AS timestamp) - interval '2 days') AT TIME ZONE 'UTC')
          AND NOT EXISTS (SELECT FROM retried WHERE retried.file_id = line.file_id AND retried.line = line.line)
        UNION ALL
       SELECT line.*, retried.at
         FROM retried
         JOIN pay_jobs.settlement_rows AS line
           ON line.file_id = retried.file_id
          AND line.line = retried.line
     )
SELECT 'credit ' || credit.id AS row,
       'explain account ' || account.auth_account_id AS next,
       credit.account_id,
       credit.created_on AS day,
       format('%s, made about %s', made.amount, made.at) AS expected,
       format('%s, made %s', CAST(credit.amount AS numeric(19,2)), credit.created_on) AS found
  FROM credits AS credit
  JOIN (SELECT line.source_number AS identifier, false AS is_memo,
               (array_agg(line.original_amount ORDER BY line.file_id, line.line))[1] AS amount,
               min(line.at AT TIME ZONE 'UTC') AS at
          FROM lines AS line
         WHERE line.kind = 'ON_ACCOUNT'
           AND line.outcome = 'applied'
         GROUP BY line.source_number
         UNION ALL
        SELECT step.answer ->> 'credit_memo', true, operation.amount, operation.changed_on AT TIME ZONE 'UTC'
          FROM pay_jobs.operations AS operation
          JOIN pay_jobs.operation_steps AS step
            ON step.operation_id = operation.id
           AND step.kind = 'create credit memo'
         WHERE operation.state = 'done') AS made
    ON made.identifier = credit.cfs_identifier
   AND made.is_memo = coalesce(credit.is_credit_memo, false)
  LEFT JOIN payment_accounts AS account
    ON account.id = credit.account_id
 WHERE CAST(credit.amount AS numeric(19,2)) <> made.amount
    OR credit.created_on IS NULL
    OR abs(extract(epoch FROM credit.created_on - made.at)) > 86400
