-- List the invoices whose reversal was accepted, for the event that follows.
-- out    what connectors/payment_events.py tells of an invoice
SELECT invoice.id AS invoice_id, invoice.filing_id, invoice.corp_type_code, corp_type.product,
       invoice.payment_account_id, invoice.payment_method_code, invoice.created_on, invoice.payment_date,
       invoice.refund_date
  FROM feedback_items AS item
  JOIN invoices AS invoice
    ON invoice.id = item.invoice_id
  LEFT JOIN corp_types AS corp_type
    ON corp_type.code = invoice.corp_type_code
 WHERE item.outcome = 'applied'
   AND item.is_accepted
   AND item.effect = 'refunded'
   AND item.rule <> 'settled_before'
 ORDER BY invoice.id
