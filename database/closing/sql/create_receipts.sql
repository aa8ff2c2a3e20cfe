-- The receipts of these days, with where each comes from; those that were deleted since are among them.
-- in     since, until (naive UTC), first, last (days)
-- out    temporary table closing_receipts, with method and total of the invoice. A receipt counts when it was booked:
--        with the line of a file, with the answer to a journal, else on its own day. One under a credit memo's number
--        is the memo's application: it is left out. CGI answers a month before the effective date at most
CREATE TEMPORARY TABLE closing_receipts ON COMMIT DROP AS
WITH known AS NOT MATERIALIZED (
       SELECT id, invoice_id, receipt_number, receipt_date, CAST(receipt_amount AS numeric(19,2)) AS amount,
              CAST(NULL AS timestamp) AS gone
         FROM receipts
        UNION ALL
       SELECT id, invoice_id, receipt_number, receipt_date, amount, at
         FROM closing_gone
        WHERE back IS NULL
     ),
     settled AS (
       SELECT DISTINCT ON (known.id)
              known.*, 'file' AS source, line.at,
              line.record_type IN ('ONAC', 'ONAP', 'DRWP') AS is_credit,
              line.target_number || '/' || line.receipt_number AS pair,
              line.name || ' line ' || line.line AS origin
         FROM closing_lines AS line
         JOIN invoice_references AS reference
           ON reference.invoice_number = line.target_number
         JOIN known
           ON known.invoice_id = reference.invoice_id
          AND known.receipt_number = line.receipt_number
          AND known.receipt_date = line.application_date
        WHERE line.outcome = 'applied'
          AND line.kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'PART_ONE', 'SETTLE_CREDIT')
        ORDER BY known.id, line.file_id, line.line
     ),
     charged AS (
       SELECT DISTINCT ON (known.id)
              known.*, 'journal' AS source, answer.at, false,
              answer.batch_number || '/' || answer.journal || '/' || answer.invoice_id,
              answer.name || ' line ' || answer.line
         FROM closing_journals AS answer
         JOIN known
           ON known.invoice_id = answer.invoice_id
          AND known.receipt_number ~ (lpad(CAST(answer.journal AS text), 8, '0') || '[^0-9]{2}'
                                      || lpad(CAST(answer.batch_number AS text), 9, '0') || '$')
        WHERE answer.file_type = 'PAYMENT'
          AND answer.is_accepted
          AND NOT answer.is_repeated
          AND NOT answer.is_back
        ORDER BY known.id, answer.at
     ),
     answered AS MATERIALIZED (
       SELECT line.subject, line.effective_date
         FROM pay_jobs.feedback_batches AS part
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = part.file_id
          AND line.line BETWEEN part.first_line AND part.last_line
          AND line.batch_number = part.batch_number
        WHERE part.applied_on >= (CAST(:since AS timestamp) - interval '31 days') AT TIME ZONE 'UTC'
          AND line.record = 'JD'
          AND line.outcome = 'applied'
          AND line.effective_date BETWEEN :first AND :last
     ),
     written AS (
       SELECT known.*, 'other' AS source, known.receipt_date AS at, false, CAST(NULL AS text),
              CASE WHEN known.id < 0 THEN 'eft_credit_invoice_links ' || -known.id ELSE 'receipts ' || known.id END
         FROM known
        WHERE known.receipt_date >= :first
          AND known.receipt_date < :until
          AND [[known.receipt_date]] BETWEEN :first AND :last
          AND NOT EXISTS (SELECT FROM invoice_references AS reference
                            JOIN pay_jobs.settlement_rows AS line
                              ON line.target_number = reference.invoice_number
                             AND line.outcome = 'applied'
                           WHERE reference.invoice_id = known.invoice_id
                             AND line.application_date = known.receipt_date
                             AND <<line.receipt>> = known.receipt_number)
          AND NOT EXISTS (SELECT FROM answered
                           WHERE answered.effective_date = known.receipt_date
                             AND answered.subject = CAST(known.invoice_id AS text))
     )
SELECT found.*, invoice.payment_method_code AS method, invoice.total,
       'receipt ' || CASE WHEN invoice.payment_method_code = 'EFT' THEN found.receipt_number
                          ELSE CAST(found.id AS text) END AS key
  FROM (TABLE settled UNION ALL TABLE charged UNION ALL TABLE written) AS found
  JOIN invoices AS invoice
    ON invoice.id = found.invoice_id
 WHERE NOT EXISTS (SELECT FROM applied_credits AS applied
                    WHERE applied.invoice_id = found.invoice_id
                      AND applied.cfs_identifier = found.receipt_number)
