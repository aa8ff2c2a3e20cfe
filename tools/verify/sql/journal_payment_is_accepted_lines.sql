-- A journal's payment over another amount, or of another day, than what CGI accepted of the journal, or that is missing.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need.
--        CGI answers a few days before the effective date at most
-- source docs/specs/cgi-ejv-files.md section 7.2: the amount accepted, added to where a second file accepts more, on the
--        effective date. Only journals whose lines this service has read; what the journal's receipt said before is not
--        booked again
WITH accepted AS (
       SELECT line.batch_number, line.journal,
              max(line.effective_date) AS effective_date,
              least(coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0),
                    coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0)) AS amount
         FROM pay_jobs.feedback_lines AS line
        WHERE line.record = 'JD'
          AND line.outcome = 'applied'
          AND line.rule NOT IN ('booked_before', 'incomplete')
          AND (CAST(:since AS timestamp) IS NULL
               OR line.file_id IN (SELECT id FROM pay_jobs.inbound_files
                                    WHERE applied_on >= (CAST(:since AS timestamp) - interval '7 days') AT TIME ZONE 'UTC'))
        GROUP BY line.file_id, line.batch_number, line.journal, line.subject
       HAVING bool_and(line.code = '0000')
     )
SELECT 'payment ' || payment.id AS row,
       'explain batch ' || min(accepted.batch_number) AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('COMPLETED, %s on %s', sum(accepted.amount),
              string_agg(DISTINCT CAST(accepted.effective_date AS text), ' or ')) AS expected,
       format('%s, paid %s of %s on %s', payment.payment_status_code, CAST(payment.paid_amount AS numeric(19,2)),
              CAST(payment.invoice_amount AS numeric(19,2)), CAST(payment.payment_date AS date)) AS found
  FROM payments AS payment
 CROSS JOIN LATERAL regexp_match(payment.receipt_number, '([0-9]{8})[^0-9]{2}([0-9]{9})$') AS numbers
  JOIN accepted
    ON accepted.journal = CAST(numbers[1] AS integer)
   AND accepted.batch_number = CAST(numbers[2] AS integer)
 WHERE payment.payment_system_code = 'CGI'
 GROUP BY payment.id
HAVING payment.payment_status_code IS DISTINCT FROM 'COMPLETED'
    OR CAST(payment.paid_amount AS numeric(19,2)) IS DISTINCT FROM sum(accepted.amount)
    OR CAST(payment.invoice_amount AS numeric(19,2)) IS DISTINCT FROM sum(accepted.amount)
    OR CAST(payment.payment_date AS date) IS NULL
    OR CAST(payment.payment_date AS date) <> ALL (array_agg(accepted.effective_date))
 UNION ALL
SELECT 'journal ' || accepted.journal,
       'explain batch ' || accepted.batch_number,
       header.payment_account_id,
       batch.created_on,
       format('a payment over %s', sum(accepted.amount)),
       'none'
  FROM accepted
  JOIN ejv_files AS batch
    ON batch.id = accepted.batch_number
   AND batch.file_type = 'PAYMENT'
  JOIN ejv_headers AS header
    ON header.id = accepted.journal
 WHERE EXISTS (SELECT FROM ejv_links AS link
                WHERE link.ejv_header_id = accepted.journal
                  AND link.disbursement_status_code = 'COMPLETED')
   AND (accepted.journal, accepted.batch_number) NOT IN (
         SELECT CAST(numbers[1] AS integer), CAST(numbers[2] AS integer)
           FROM payments
          CROSS JOIN LATERAL regexp_match(receipt_number, '([0-9]{8})[^0-9]{2}([0-9]{9})$') AS numbers
          WHERE payment_system_code = 'CGI'
            AND (CAST(:since AS timestamp) IS NULL OR payment_date >= CAST(:since AS timestamp) - interval '7 days')
            AND numbers IS NOT NULL)
 GROUP BY accepted.journal, accepted.batch_number, header.payment_account_id, batch.created_on
