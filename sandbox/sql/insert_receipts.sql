-- Write a receipt for the paid amount of each invoice, under the number of its payment.
-- in     demo_invoices, invoice_references, payments
-- out    one row per invoice with money
-- again  refused by the primary key
INSERT INTO receipts (id, invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT row_number() OVER (ORDER BY bought.id),
       bought.id,
       coalesce(bought.slip_number, payment.receipt_number),
       bought.settled_on,
       bought.paid
  FROM demo_invoices AS bought
  JOIN invoice_references AS reference ON reference.invoice_id = bought.id
  JOIN payments AS payment ON payment.invoice_number = reference.invoice_number
 WHERE bought.is_paid
 ORDER BY bought.id
