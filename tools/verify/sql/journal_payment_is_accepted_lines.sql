-- A journal's payment over another amount, or of another day, than what CGI accepted of the journal, or that is missing.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need.
--        CGI answers a few days before the effective date at most
-- source docs/specs/cgi-ejv-files.md section 7.2: the amount accepted, added to where a second file accepts more, on the
--        effective date. Only journals whose lines this service has read; what the journal's receipt said before is not
--        booked again
WITH answered AS (
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
     ),
     accepted AS MATERIALIZED (
       SELECT batch_number, journal, sum(amount) AS amount, array_agg(DISTINCT effective_date) AS days
         FROM answered
        GROUP BY batch_number, journal
     ),
     paid AS MATERIALIZED (
       SELECT payment.id, payment.payment_account_id, payment.payment_date, payment.payment_status_code,
              CAST(payment.paid_amount AS numeric(19,2)) AS paid_amount,
              CAST(payment.invoice_amount AS numeric(19,2)) AS invoice_amount,
              CAST(numbers[1] AS integer) AS journal, CAST(numbers[2] AS integer) AS batch_number
         FROM payments AS payment
        CROSS JOIN LATERAL regexp_match(payment.receipt_number, '([0-9]{8})[^0-9]{2}([0-9]{9})$') AS numbers
        WHERE payment.payment_system_code = 'CGI'
          AND numbers IS NOT NULL
          AND (CAST(:since AS timestamp) IS NULL
               OR payment.payment_date >= CAST(:since AS timestamp) - interval '7 days')
     )
SELECT 'payment ' || paid.id AS row,
       'explain batch ' || accepted.batch_number AS next,
       paid.payment_account_id AS account_id,
       paid.payment_date AS day,
       format('COMPLETED, %s on %s', accepted.amount, array_to_string(accepted.days, ' or ')) AS expected,
       format('%s, paid %s of %s on %s', paid.payment_status_code, paid.paid_amount, paid.invoice_amount,
              CAST(paid.payment_date AS date)) AS found
  FROM paid
  JOIN accepted
    ON accepted.journal = paid.journal
   AND accepted.batch_number = paid.batch_number
 WHERE paid.payment_status_code IS DISTINCT FROM 'COMPLETED'
    OR paid.paid_amount IS DISTINCT FROM accepted.amount
    OR paid.invoice_amount IS DISTINCT FROM accepted.amount
    OR paid.payment_date IS NULL
    OR CAST(paid.payment_date AS date) <> ALL (accepted.days)
 UNION ALL
SELECT 'journal ' || accepted.journal,
       'explain batch ' || accepted.batch_number,
       header.payment_account_id,
       batch.created_on,
       format('a payment over %s', accepted.amount),
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
   AND NOT EXISTS (SELECT FROM paid
                    WHERE paid.journal = accepted.journal
                      AND paid.batch_number = accepted.batch_number)
