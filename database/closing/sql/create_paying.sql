-- What our jobs make payments of in these days: rows of CAS by number (PAD), by receipt (online banking) or by both (EFT),
-- and journals of CGI by batch and journal.
-- in     since, until (naive UTC)
-- out    temporary table closing_paying; name is the file. A bank receipt has its payment once a bank row of it is applied:
--        what was applied of it before, of a file of that name, counts then
CREATE TEMPORARY TABLE closing_paying ON COMMIT DROP AS
WITH tried AS NOT MATERIALIZED (
       SELECT line.file_id, line.line, line.record_type, line.source_type, line.source_number, line.application_date,
              line.amount, line.name, line.at
         FROM closing_booked AS line
        WHERE line.name IN (SELECT name FROM closing_lines)
          AND <<line.counts>>
     ),
     bank AS MATERIALIZED (
       SELECT name, source_number, min(at) AS at
         FROM tried
        WHERE record_type = 'BOLP'
          AND lower(source_type) <> 'bc reg eft wire cheque'
        GROUP BY name, source_number
     )
SELECT 'PAD' AS method, line.target_number AS number, line.source_number AS receipt, line.target_number AS pair,
       line.application_date AS paid_on, line.amount, line.at, line.name, line.line,
       line.name || ' line ' || line.line AS origin
  FROM closing_lines AS line
 WHERE line.kind = 'SETTLE_PAD'
   AND <<line.counts>>
 UNION ALL
SELECT 'ONLINE_BANKING', NULL, tried.source_number, tried.source_number, tried.application_date, tried.amount,
       greatest(tried.at, bank.at), tried.name, tried.line, tried.name || ' line ' || tried.line
  FROM tried
  JOIN bank
    ON bank.name = tried.name
   AND bank.source_number = tried.source_number
 WHERE greatest(tried.at, bank.at) >= :since
   AND greatest(tried.at, bank.at) < :until
 UNION ALL
SELECT 'EFT', line.target_number, line.source_number, line.source_number || '/' || line.target_number, line.application_date,
       line.amount, line.at, line.name, line.line, line.name || ' line ' || line.line
  FROM closing_lines AS line
 WHERE line.outcome = 'applied'
   AND line.record_type = 'EFTP'
   AND line.kind IN ('EFT_PAYMENT', 'SETTLE_ONE', 'PART_ONE')
 UNION ALL
SELECT 'EJV', NULL, NULL, answer.batch_number || '/' || answer.journal, NULL, answer.amount, answer.at, answer.name,
       answer.line, answer.name || ' line ' || answer.line
  FROM closing_journals AS answer
 WHERE answer.file_type = 'PAYMENT'
   AND answer.is_accepted
   AND NOT answer.is_repeated
