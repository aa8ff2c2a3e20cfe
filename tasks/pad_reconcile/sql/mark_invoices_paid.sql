-- Mark the invoices paid, or paid in part; an invoice in a final state keeps it, the money is recorded all the same;
-- one that its user removed also keeps updated_on, which alone says when that was.
-- in     now (naive UTC)
-- out    one row an invoice: id, payment method, status, amount paid
-- again  only invoices with an ACTIVE reference are changed
-- source docs/specs/cas-settlement-csv.md section 5.4, hazard 8 of section 10; invoice-lifecycle.md section 7 rule 2
UPDATE invoices AS invoice
   SET invoice_status_code = CASE
         WHEN invoice.invoice_status_code IN (<<final>>)
         THEN invoice.invoice_status_code
         WHEN settled.is_settled THEN 'PAID'
         ELSE 'PARTIAL_PAID' END,
       payment_date = CASE WHEN settled.is_settled THEN settled.application_date ELSE invoice.payment_date END,
       paid = CASE WHEN settled.is_settled THEN settled.total
                   ELSE greatest(invoice.paid, settled.total - settled.outstanding_amount) END,
       updated_on = CASE WHEN invoice.invoice_status_code IN (<<removed>>) THEN invoice.updated_on ELSE :now END,
       updated_by = NULL,
       updated_name = NULL
  FROM settled_invoices AS settled
 WHERE invoice.id = settled.invoice_id
   AND NOT settled.is_late
