-- Write each invoice that was charged its receipt, over all its lines.
-- in     -
-- out    nothing
-- again  an invoice has one receipt of a journal
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT invoice_id, receipt, max(effective_date), sum(amount)
  FROM feedback_items
 WHERE outcome = 'applied'
   AND is_accepted
   AND NOT is_booked
   AND effect IN ('paid', 'charged')
 GROUP BY invoice_id, receipt
 ORDER BY min(line)
