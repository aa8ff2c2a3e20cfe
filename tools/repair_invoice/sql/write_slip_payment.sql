-- Write the payment of an invoice that was paid from a routing slip, as CREATE_INVOICES does.
-- in     invoice, number, now (naive UTC)
-- out    nothing
-- again  a number has one payment
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number, invoice_amount,
                      paid_amount, payment_date, payment_account_id, created_by, is_routing_slip)
SELECT 'INTERNAL', 'INTERNAL', 'COMPLETED', :number, invoice.total, invoice.total, :now, invoice.payment_account_id,
       'SYSTEM', false
  FROM invoices AS invoice
 WHERE invoice.id = :invoice
   AND NOT EXISTS (SELECT FROM payments WHERE invoice_number = :number)
