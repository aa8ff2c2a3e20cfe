-- An invoice whose receipt from a journal is over another amount, or of another day, than what CGI accepted.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 7.2: one receipt a journal and invoice over all its lines, of the effective
--        date. Which lines charge is told by the first of them, a credit; a receipt that was there before stays
WITH charged AS (
       SELECT line.batch_number, line.journal, CAST(line.subject AS integer) AS invoice_id,
              max(line.effective_date) AS effective_date,
              least(coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0),
                    coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0)) AS amount
         FROM pay_jobs.feedback_lines AS line
         JOIN ejv_files AS batch
           ON batch.id = line.batch_number
          AND batch.file_type = 'PAYMENT'
        WHERE line.record = 'JD'
          AND line.outcome = 'applied'
          AND line.rule <> 'booked_before'
          AND line.subject ~ '^[0-9]{1,9}$'
          AND line.file_id >= :first_file
        GROUP BY line.file_id, line.batch_number, line.journal, line.subject
       HAVING bool_and(line.code = '0000')
     )
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('a receipt of journal %s over %s on %s', journal, sum(charged.amount), max(charged.effective_date)) AS expected,
       format('%s on %s', receipt.amount, receipt.days) AS found
  FROM charged
  JOIN invoices AS invoice
    ON invoice.id = charged.invoice_id
  JOIN LATERAL (
         SELECT sum(CAST(one.receipt_amount AS numeric(19,2))) AS amount,
                string_agg(coalesce(CAST(CAST(one.receipt_date AS date) AS text), 'no day'), ', ') AS days,
                array_agg(CAST(one.receipt_date AS date)) AS dates
           FROM receipts AS one
          WHERE one.invoice_id = charged.invoice_id
            AND one.receipt_number ~ (lpad(CAST(charged.journal AS text), 8, '0') || '[^0-9]{2}'
                                      || lpad(CAST(charged.batch_number AS text), 9, '0') || '$')
       ) AS receipt ON receipt.amount IS NOT NULL
 GROUP BY invoice.id, charged.journal, charged.batch_number, receipt.amount, receipt.days, receipt.dates
HAVING receipt.amount <> sum(charged.amount)
    OR NOT (max(charged.effective_date) = ANY (receipt.dates))
