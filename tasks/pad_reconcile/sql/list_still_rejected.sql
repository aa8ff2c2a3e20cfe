-- List the first retried rows of a file that are rejected once more.
-- in     limit
-- out    line, rule, detail, target_number, amount, is_invoice (whether an invoice has the number)
-- again  reads only
SELECT line,
       rule,
       detail,
       target_number,
       amount,
       EXISTS (SELECT FROM invoice_references AS known WHERE known.invoice_number = target_number) AS is_invoice
  FROM settlement_work
 WHERE outcome = 'rejected'
 ORDER BY line
 LIMIT :limit
