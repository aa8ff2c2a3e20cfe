-- What our jobs make payments of in these days: rows of CAS by number (PAD), by receipt (online banking) or by both (EFT),
-- and journals of CGI by batch and journal.
-- out    temporary table closing_paying; name is the file
CREATE TEMPORARY TABLE closing_paying ON COMMIT DROP AS
SELECT 'PAD' AS method, line.target_number AS number, line.source_number AS receipt, line.target_number AS pair,
       line.application_date AS paid_on, line.amount, line.at, line.name, line.name || ' line ' || line.line AS origin
  FROM closing_lines AS line
 WHERE line.kind = 'SETTLE_PAD'
   AND line.outcome = 'applied'
 UNION ALL
SELECT 'ONLINE_BANKING', NULL, line.source_number, line.source_number, line.application_date, line.amount, line.at, line.name,
       line.name || ' line ' || line.line
  FROM closing_lines AS line
 WHERE line.outcome = 'applied'
   AND (line.file_id, line.source_number) IN (SELECT bank.file_id, bank.source_number
                                                FROM closing_lines AS bank
                                               WHERE bank.record_type = 'BOLP'
                                                 AND bank.outcome = 'applied')
 UNION ALL
SELECT 'EFT', line.target_number, line.source_number, line.source_number || '/' || line.target_number, line.application_date,
       line.amount, line.at, line.name, line.name || ' line ' || line.line
  FROM closing_lines AS line
 WHERE line.outcome = 'applied'
   AND line.record_type = 'EFTP'
   AND line.kind IN ('EFT_PAYMENT', 'SETTLE_ONE', 'PART_ONE')
 UNION ALL
SELECT 'EJV', NULL, NULL, answer.batch_number || '/' || answer.journal, NULL, answer.amount, answer.at, answer.name,
       answer.name || ' line ' || answer.line
  FROM closing_journals AS answer
 WHERE answer.file_type = 'PAYMENT'
   AND answer.is_accepted
   AND NOT answer.is_repeated
