-- Say what the applied settlement files and our payments tell of CFS numbers (evidence E5 to E7).
-- in     numbers text[]
-- out    one row a number of which anything is known; a rejected row before one that was applied
-- again  reads only
SELECT wanted.number,
       line.name,
       line.line,
       line.outcome,
       line.detail,
       line.application_date,
       payment.payment_status_code,
       bounce.description
  FROM unnest(CAST(:numbers AS text[])) AS wanted (number)
  LEFT JOIN LATERAL (
       SELECT file.name, found.line, found.outcome, coalesce(nullif(found.detail, ''), found.rule) AS detail,
              found.application_date
         FROM pay_jobs.settlement_rows AS found
         JOIN pay_jobs.inbound_files AS file ON file.id = found.file_id
        WHERE found.target_number = wanted.number
        ORDER BY found.outcome = 'rejected' DESC, found.file_id DESC, found.line DESC
        LIMIT 1) AS line ON true
  LEFT JOIN LATERAL (
       SELECT found.payment_status_code
         FROM payments AS found
        WHERE found.invoice_number = wanted.number
        ORDER BY found.payment_status_code, found.id DESC
        LIMIT 1) AS payment ON true
  LEFT JOIN LATERAL (
       SELECT coalesce(found.description, 'NSF') AS description
         FROM non_sufficient_funds AS found
        WHERE found.invoice_number = wanted.number
        LIMIT 1) AS bounce ON true
 WHERE line.name IS NOT NULL
    OR payment.payment_status_code IS NOT NULL
    OR bounce.description IS NOT NULL
