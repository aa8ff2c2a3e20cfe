-- What money on account that covered a number in part paid of its invoices: no receipt tells of it, and `paid` has it only
-- once money came after it.
-- out    temporary table closing_partly, of all days. Of several invoices under one number the last are covered first, as
--        by credit memos: receipts begin with the first (docs/specs/cas-settlement-csv.md sections 5.3 and 7 B 3)
CREATE TEMPORARY TABLE closing_partly ON COMMIT DROP AS
WITH used AS MATERIALIZED (
       SELECT line.file_id, line.line, line.target_number,
              line.name || ' line ' || line.line AS origin, line.at,
              sum(line.amount) OVER in_order - line.amount AS starts,
              sum(line.amount) OVER in_order AS ends
         FROM closing_booked AS line
        WHERE line.kind = 'SKIP'
          AND line.rule = 'partial_credit'
       WINDOW in_order AS (PARTITION BY line.target_number ORDER BY line.file_id, line.line)
     ),
     covered AS (
       SELECT known.invoice_number, known.id, known.method,
              sum(known.room) OVER in_order - known.room AS starts,
              sum(known.room) OVER in_order AS ends
         FROM (SELECT reference.invoice_number, invoice.id, invoice.payment_method_code AS method,
                      invoice.total - coalesce((SELECT sum(CAST(applied.amount_applied AS numeric(19,2)))
                                                  FROM applied_credits AS applied
                                                 WHERE applied.invoice_id = invoice.id), 0) AS room
                 FROM (SELECT DISTINCT invoice_number, invoice_id FROM invoice_references
                        WHERE invoice_number IN (SELECT target_number FROM used)) AS reference
                 JOIN invoices AS invoice
                   ON invoice.id = reference.invoice_id
                WHERE NOT EXISTS (SELECT FROM non_sufficient_funds AS fee WHERE fee.invoice_id = invoice.id)) AS known
        WHERE known.room > 0
       WINDOW in_order AS (PARTITION BY known.invoice_number ORDER BY known.id DESC)
     )
SELECT covered.id AS invoice_id, covered.method, used.at, used.file_id, used.line, used.origin,
       least(used.ends, covered.ends) - greatest(used.starts, covered.starts) AS amount
  FROM used
  JOIN covered
    ON covered.invoice_number = used.target_number
   AND covered.starts < used.ends
   AND used.starts < covered.ends
