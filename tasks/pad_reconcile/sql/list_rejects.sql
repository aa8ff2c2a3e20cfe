-- List the rejected rows of a file, in its order.
-- in     file_id; limit (null: all of them)
-- out    the columns of pay_jobs.settlement_rows, and is_invoice: whether an invoice has the number
-- again  reads only
SELECT rejected.*,
       EXISTS (SELECT FROM invoice_references AS known
                WHERE known.invoice_number = rejected.target_number) AS is_invoice
  FROM pay_jobs.settlement_rows AS rejected
 WHERE rejected.file_id = :file_id
   AND rejected.outcome = 'rejected'
 ORDER BY rejected.line
 LIMIT CAST(:limit AS integer)
