-- Write the payment of a journal, or raise it to what was accepted of the journal.
-- in     receipt, amount, day, account, invoice, batch, now (naive UTC)
-- out    nothing
-- again  a payment over as much is left alone. One that is raised for a line that we did not book is kept as it was: what
--        our feedback wrote of it is less
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
    RETURNING payment.id, :amount - coalesce(existing.amount, 0) AS amount
     ),
     kept AS (
       INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, amount, cause, kept_on)
       SELECT 'payments', raised.id, to_jsonb(payment), raised.amount, 'repair of invoice ' || CAST(:invoice AS text),
              CAST(:now AS timestamp) AT TIME ZONE 'UTC'
         FROM raised
         JOIN payments AS payment
           ON payment.id = raised.id
        WHERE NOT EXISTS (SELECT FROM pay_jobs.feedback_lines AS line
                           WHERE line.subject = CAST(:invoice AS text)
                             AND line.batch_number = :batch
                             AND line.record = 'JD'
                             AND line.outcome = 'applied')
     )
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_amount, paid_amount,
                      payment_date, payment_account_id, receipt_number, created_by, is_routing_slip)
SELECT 'CGI', 'EJV', 'COMPLETED', :amount, :amount, :day, :account, :receipt, 'SYSTEM', false
  FROM existing
 WHERE existing.id IS NULL
