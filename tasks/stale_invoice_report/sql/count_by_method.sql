-- Count what is in APPROVED for longer than so many days, by payment method: the operators' own table.
-- in     census_before, now timestamp; method, account text or null
-- out    method, invoices, amount, the oldest
-- again  reads only
SELECT invoice.payment_method_code AS method,
       count(*) AS invoices,
       sum(invoice.total) AS amount,
       min(invoice.created_on) AS oldest
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account ON account.id = invoice.payment_account_id
 WHERE invoice.invoice_status_code = 'APPROVED'
   AND invoice.created_on < LEAST(:census_before, :now)
   AND (CAST(:method AS text) IS NULL OR invoice.payment_method_code = :method)
   AND (CAST(:account AS text) IS NULL OR account.auth_account_id = :account)
 GROUP BY invoice.payment_method_code
 ORDER BY count(*) DESC, invoice.payment_method_code
