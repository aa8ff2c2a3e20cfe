-- Write one payment a journal: what was accepted of it, and not what its header says.
-- in     name of the file, now (naive UTC)
-- out    nothing
-- again  what is accepted later, in another file, is added to the payment of the same journal, which is kept as it was;
--        what its receipt says was booked by it is not added again
-- source docs/specs/cgi-ejv-files.md section 7.2 (JH 0000), weakness 16
WITH journals AS (
       SELECT receipt,
              min(payment_account_id) AS payment_account_id,
              max(effective_date) AS effective_date,
              sum(amount) AS amount,
              min(line) AS line
         FROM feedback_items
        WHERE is_accepted
          AND outcome = 'applied'
          AND NOT is_booked
        GROUP BY receipt
     ),
     existing AS (
       SELECT DISTINCT ON (payment.receipt_number) payment.receipt_number, payment.id, to_jsonb(payment) AS was
         FROM payments AS payment
        WHERE payment.receipt_number IN (SELECT receipt FROM journals)
          AND payment.payment_system_code = 'CGI'
        ORDER BY payment.receipt_number, payment.id
     ),
     changed AS (
       UPDATE payments AS payment
          SET paid_amount    = coalesce(payment.paid_amount, 0) + journals.amount,
              invoice_amount = coalesce(payment.invoice_amount, payment.paid_amount, 0) + journals.amount
         FROM existing
         JOIN journals
           ON journals.receipt = existing.receipt_number
        WHERE payment.id = existing.id
    RETURNING existing.id, existing.was, journals.amount, journals.line
     ),
     kept AS (
       INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, amount, cause, kept_on)
       SELECT 'payments', id, was, amount, CAST(:name AS text) || ' line ' || line,
              CAST(:now AS timestamp) AT TIME ZONE 'UTC'
         FROM changed
     )
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_amount, paid_amount,
                      payment_date, payment_account_id, receipt_number, created_by, is_routing_slip)
SELECT 'CGI', 'EJV', 'COMPLETED', amount, amount, effective_date, payment_account_id, receipt, 'SYSTEM', false
  FROM journals
 WHERE NOT EXISTS (SELECT FROM existing WHERE existing.receipt_number = journals.receipt)
 ORDER BY line
