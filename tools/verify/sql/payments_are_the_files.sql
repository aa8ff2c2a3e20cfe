-- A payment in another state, over another amount or of another day than the settlement lines of its number or receipt.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 6: PAD has one payment a number with the day of the first line,
--        failed where the last that was applied is a bounce, with the day it failed before if that is later and what it
--        kept if that is less, or DELETED beside another that failed, which is there as long as the number is owed: the
--        API bills the card for failed payments only; online banking has one a receipt, over its lines in files that
--        say it came in, by their name: what is used of it later is no money beside it, and a row by which it went back
--        is none of it, whether that stands or was taken back; the EFT job's are COMPLETED until they are reversed
WITH lines AS (
       SELECT line.*, rank() OVER (PARTITION BY line.target_number
                                   ORDER BY line.application_date DESC, line.file_id DESC, line.line DESC) AS nth
         FROM pay_jobs.settlement_rows AS line
        WHERE <<line.counts>>
          AND line.rule <> 'undone'
          AND line.kind IN ('SETTLE_PAD', 'BOUNCE')
          AND (CAST(:since AS timestamp) IS NULL
               OR line.target_number IN (SELECT recent.target_number
                                           FROM pay_jobs.inbound_files AS file
                                           JOIN pay_jobs.settlement_rows AS recent
                                             ON recent.file_id = file.id
                                          WHERE file.applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'))
     ),
     numbers AS (
       SELECT target_number,
              bool_or(kind = 'BOUNCE') AS has_bounced,
              bool_and(kind = 'BOUNCE') AS has_only_bounced,
              array_agg(application_date) AS days,
              array_agg(source_number) AS receipts,
              array_agg(<<lines.left_paid>>) FILTER (WHERE kind = 'BOUNCE') AS left_paid,
              array_agg(original_amount) AS originals
         FROM lines
        GROUP BY target_number
     ),
     named AS MATERIALIZED (
       SELECT id, name
         FROM pay_jobs.inbound_files
        WHERE name IN (SELECT name FROM pay_jobs.inbound_files WHERE id >= :first_file)
     )
SELECT 'payment ' || payment.id AS row,
       'explain invoice ' || payment.invoice_number AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('%s on one of %s', CASE WHEN numbers.has_only_bounced THEN 'FAILED'
                                      WHEN numbers.has_bounced THEN 'FAILED or COMPLETED' ELSE 'COMPLETED' END,
              numbers.days) AS expected,
       format('%s, %s of %s on %s', payment.payment_status_code, CAST(payment.paid_amount AS numeric(19,2)),
              CAST(payment.invoice_amount AS numeric(19,2)), payment.payment_date) AS found
  FROM numbers
  JOIN payments AS payment
    ON payment.invoice_number = numbers.target_number
   AND payment.receipt_number = ANY (numbers.receipts)
   AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
 WHERE payment.payment_date IS NULL
    OR (CAST(payment.payment_date AS date) <> ALL (numbers.days)
        AND NOT EXISTS (SELECT FROM payments AS bounced
                          JOIN pay_jobs.bounce_rows AS before
                            ON before.pay_table = 'payments'
                           AND before.row_id = bounced.id
                         WHERE bounced.invoice_number = payment.invoice_number
                           AND before.was ->> 'payment_status_code' = 'FAILED'
                           AND CAST(before.was ->> 'payment_date' AS timestamp) = payment.payment_date))
    OR payment.payment_status_code NOT IN ('COMPLETED', 'FAILED', 'DELETED')
    OR (payment.payment_status_code = 'COMPLETED' AND numbers.has_only_bounced)
    OR (payment.payment_status_code IN ('FAILED', 'DELETED') AND NOT numbers.has_bounced)
    OR (payment.payment_status_code = 'DELETED'
        AND EXISTS (SELECT FROM invoice_references AS owed
                     WHERE owed.invoice_number = payment.invoice_number
                       AND owed.status_code = 'ACTIVE')
        AND NOT EXISTS (SELECT FROM payments AS failed
                         WHERE failed.invoice_number = payment.invoice_number
                           AND failed.payment_status_code = 'FAILED'
                           AND failed.payment_method_code NOT IN ('CC', 'DIRECT_PAY')))
    OR (payment.payment_status_code = 'FAILED'
        AND CAST(payment.paid_amount AS numeric(19,2)) <> ALL (numbers.left_paid)
        AND NOT EXISTS (SELECT FROM payments AS bounced
                          JOIN pay_jobs.bounce_rows AS before
                            ON before.pay_table = 'payments'
                           AND before.row_id = bounced.id
                         WHERE bounced.invoice_number = payment.invoice_number
                           AND before.was ->> 'payment_status_code' = 'FAILED'
                           AND CAST(before.was ->> 'paid_amount' AS numeric(19,2))
                               = CAST(payment.paid_amount AS numeric(19,2))
                           AND CAST(before.was ->> 'paid_amount' AS numeric(19,2)) < ALL (numbers.left_paid)))
 UNION ALL
SELECT 'payment ' || payment.id,
       'explain account ' || account.auth_account_id,
       payment.payment_account_id,
       payment.payment_date,
       format('COMPLETED, %s of %s on %s', received.amount, received.invoice_amount, received.day),
       format('%s, %s of %s on %s', payment.payment_status_code, CAST(payment.paid_amount AS numeric(19,2)),
              CAST(payment.invoice_amount AS numeric(19,2)), payment.payment_date)
  FROM (SELECT line.source_number,
               sum(line.amount) AS amount,
               CASE count(*) FILTER (WHERE line.kind <> 'BOUNCE') WHEN 1 THEN min(line.original_amount) ELSE 0 END
                 AS invoice_amount,
               (array_agg(line.application_date ORDER BY line.file_id, line.line)
                 FILTER (WHERE line.application_date IS NOT NULL))[1] AS day,
               bool_or(line.kind = 'BOUNCE') AS has_bounced
          FROM named AS file
          JOIN pay_jobs.settlement_rows AS line
            ON line.file_id = file.id
         WHERE <<line.counts>>
           AND (file.name, line.source_number) IN (
                 SELECT same.name, bank.source_number
                   FROM named AS same
                   JOIN pay_jobs.settlement_rows AS bank
                     ON bank.file_id = same.id
                  WHERE bank.record_type = 'BOLP'
                    AND <<bank.counts>>
                    AND lower(bank.source_type) <> 'bc reg eft wire cheque')
         GROUP BY line.source_number) AS received
  JOIN payments AS payment
    ON payment.receipt_number = received.source_number
   AND payment.payment_method_code = 'ONLINE_BANKING'
   AND payment.created_by = 'SYSTEM'
  LEFT JOIN payment_accounts AS account
    ON account.id = payment.payment_account_id
 WHERE (payment.payment_status_code IS DISTINCT FROM 'COMPLETED'
        OR CAST(payment.paid_amount AS numeric(19,2)) <> received.amount
        OR CAST(payment.invoice_amount AS numeric(19,2))
            <> CASE WHEN received.has_bounced AND payment.invoice_number IS NULL THEN 0 ELSE received.invoice_amount END
        OR CAST(payment.payment_date AS date) IS DISTINCT FROM received.day)
   AND NOT (payment.payment_status_code IN ('FAILED', 'DELETED')
            AND EXISTS (SELECT FROM pay_jobs.settlement_rows AS bounce
                         WHERE bounce.target_number = payment.invoice_number
                           AND bounce.source_number = payment.receipt_number
                           AND bounce.kind = 'BOUNCE'
                           AND bounce.outcome = 'applied'
                           AND bounce.rule <> 'undone'))
 UNION ALL
SELECT 'payment ' || payment.id,
       'explain account ' || account.auth_account_id,
       payment.payment_account_id,
       payment.payment_date,
       'COMPLETED: CAS has settled it',
       payment.payment_status_code
  FROM payments AS payment
  LEFT JOIN payment_accounts AS account
    ON account.id = payment.payment_account_id
 WHERE payment.receipt_number IN (SELECT source_number FROM pay_jobs.settlement_rows
                                   WHERE record_type = 'EFTP' AND outcome = 'applied'
                                     AND file_id >= :first_file)
   AND payment.receipt_number NOT IN (SELECT source_number FROM pay_jobs.settlement_rows
                                       WHERE record_type = 'EFTR'
                                         AND file_id >= :first_file)
   AND payment.payment_method_code = 'EFT'
   AND payment.payment_status_code IS DISTINCT FROM 'COMPLETED'
