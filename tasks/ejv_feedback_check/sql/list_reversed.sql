-- List the invoices whose reversal was accepted, for the event that follows.
-- out    invoice_id, filing_id, corp_type_code, payment_account_id
SELECT invoice.id AS invoice_id, invoice.filing_id, invoice.corp_type_code, invoice.payment_account_id
  FROM feedback_items AS item
  JOIN invoices AS invoice
    ON invoice.id = item.invoice_id
 WHERE item.outcome = 'applied'
   AND item.is_accepted
   AND item.effect = 'refunded'
   AND item.status_before = 'REFUND_REQUESTED'
 ORDER BY invoice.id
