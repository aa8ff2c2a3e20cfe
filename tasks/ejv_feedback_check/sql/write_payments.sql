-- Write one payment a journal: what was accepted of it, and not what its header says.
-- in     -
-- again  what is accepted later, in another file, is added to the payment of the same journal; nothing is accepted twice
-- source docs/specs/cgi-ejv-files.md section 7.2 (JH 0000), weakness 16
WITH journals AS (
       SELECT receipt,
              min(payment_account_id) AS payment_account_id,
              max(effective_date) AS effective_date,
              sum(amount) AS amount
         FROM feedback_items
        WHERE is_accepted
          AND outcome = 'applied'
        GROUP BY receipt
     ),
     changed AS (
       UPDATE payments AS existing
          SET paid_amount = coalesce(existing.paid_amount, 0) + journals.amount
         FROM journals
        WHERE existing.receipt_number = journals.receipt
          AND existing.payment_system_code = 'CGI'
       RETURNING existing.receipt_number
     )
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,
                      payment_account_id, receipt_number)
SELECT 'CGI', 'EJV', 'COMPLETED', amount, effective_date, payment_account_id, receipt
  FROM journals
 WHERE NOT EXISTS (SELECT FROM changed WHERE changed.receipt_number = journals.receipt)
