-- Give each invoice that was charged its receipt, over all its lines.
-- in     -
-- again  the receipt of the same journal takes the same amount
WITH charged AS (
       SELECT invoice_id, receipt, effective_date, amount
         FROM feedback_items
        WHERE outcome = 'applied'
          AND is_accepted
          AND effect IN ('paid', 'charged')
     ),
     changed AS (
       UPDATE receipts AS existing
          SET receipt_amount = charged.amount
         FROM charged
        WHERE existing.invoice_id = charged.invoice_id
          AND existing.receipt_number = charged.receipt
       RETURNING existing.invoice_id
     )
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT invoice_id, receipt, effective_date, amount
  FROM charged
 WHERE NOT EXISTS (SELECT FROM changed WHERE changed.invoice_id = charged.invoice_id)
