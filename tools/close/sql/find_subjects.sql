-- Find which invoices, credits and slips the things are about that one side of an equation has otherwise.
-- in     meeting, pairs text[]
-- out    pair, kind (invoice, credit or slip), id
WITH asked AS (
       SELECT DISTINCT pair, part[1] AS one, part[2] AS two,
              CASE WHEN pair ~ '^[0-9]{1,9}/[0-9]{1,9}(/[0-9]{1,9})?$' THEN CAST(part[2] AS integer) END AS journal,
              CASE WHEN pair ~ '^[0-9]{1,9}/[0-9]{1,9}/[0-9]{1,9}$' THEN CAST(part[3] AS integer) END AS invoice_id,
              CASE WHEN pair ~ '^[0-9]{1,18}:[0-9]{1,9}$' THEN CAST(split_part(pair, ':', 1) AS bigint) END AS file_id,
              CASE WHEN pair ~ '^[0-9]{1,18}:[0-9]{1,9}$' THEN CAST(split_part(pair, ':', 2) AS integer) END AS line,
              CASE WHEN pair ~ '^payment [0-9]{1,9}$' THEN CAST(substr(pair, 9) AS integer) END AS payment_id
         FROM unnest(CAST(:pairs AS text[])) AS pair
        CROSS JOIN LATERAL string_to_array(pair, '/') AS part
     ),
     numbers AS (
       SELECT pair, CASE CAST(:meeting AS text) WHEN 'money in' THEN one ELSE coalesce(two, one) END AS number
         FROM asked
        WHERE :meeting IN ('money in', 'payments')
        UNION
       SELECT asked.pair, line.target_number
         FROM asked
         JOIN pay_jobs.settlement_rows AS line
           ON line.file_id = asked.file_id
          AND line.line = asked.line
        WHERE :meeting = 'bounces'
        UNION
       SELECT asked.pair, payment.invoice_number
         FROM asked
         JOIN payments AS payment
           ON payment.id = asked.payment_id
        WHERE :meeting = 'cards'
        UNION
       SELECT asked.pair, payment.invoice_number
         FROM asked
         JOIN payments AS payment
           ON payment.receipt_number = asked.pair
        WHERE :meeting = 'cards'
     )
SELECT numbers.pair, 'invoice' AS kind, CAST(reference.invoice_id AS bigint) AS id
  FROM numbers
  JOIN invoice_references AS reference
    ON reference.invoice_number = numbers.number
 UNION
SELECT asked.pair, 'invoice', receipt.invoice_id
  FROM asked
  JOIN receipts AS receipt
    ON receipt.receipt_number = asked.pair
 WHERE :meeting IN ('payments', 'cards')
 UNION
SELECT asked.pair, 'invoice', invoice.id
  FROM asked
  JOIN invoices AS invoice
    ON invoice.id = asked.invoice_id
 WHERE :meeting = 'journals'
 UNION
SELECT asked.pair, 'invoice', link.link_id
  FROM asked
  JOIN ejv_links AS link
    ON link.ejv_header_id = asked.journal
   AND coalesce(link.link_type, 'invoice') = 'invoice'
 WHERE :meeting = 'payments'
   AND asked.invoice_id IS NULL
 UNION
SELECT asked.pair, 'credit', credit.id
  FROM asked
  JOIN credits AS credit
    ON credit.cfs_identifier = asked.pair
 WHERE :meeting = 'on account'
 UNION
SELECT asked.pair, 'slip', slip.id
  FROM asked
  JOIN routing_slips AS slip
    ON slip.number = asked.pair
 WHERE :meeting = 'deposits'
 ORDER BY 1, 2, 3
