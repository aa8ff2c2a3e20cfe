-- The payment of an invoice fails, because the deposit behind it is taken back.
-- in     invoice_number
-- out    nothing
-- again  a failed payment is left alone
UPDATE payments
   SET payment_status_code = 'FAILED'
 WHERE invoice_number = :invoice_number
   AND payment_method_code = 'INTERNAL'
   AND payment_status_code = 'COMPLETED'
