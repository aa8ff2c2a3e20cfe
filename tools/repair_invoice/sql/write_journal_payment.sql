-- Write the payment of a journal, or raise it to what was accepted of the journal.
-- in     receipt, amount, day, account
-- again  a payment over as much is left alone
WITH existing AS (
       SELECT min(id) AS id, sum(paid_amount) AS amount
         FROM payments
        WHERE receipt_number = :receipt
          AND payment_system_code = 'CGI'
     ),
     raised AS (
       UPDATE payments AS payment
          SET paid_amount    = :amount - coalesce(existing.amount, 0) + coalesce(payment.paid_amount, 0),
              invoice_amount = greatest(payment.invoice_amount, :amount)
         FROM existing
        WHERE payment.id = existing.id
          AND coalesce(existing.amount, 0) < :amount
     )
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_amount, paid_amount,
                      payment_date, payment_account_id, receipt_number, created_by, is_routing_slip)
SELECT 'CGI', 'EJV', 'COMPLETED', :amount, :amount, :day, :account, :receipt, 'SYSTEM', false
  FROM existing
 WHERE existing.id IS NULL
