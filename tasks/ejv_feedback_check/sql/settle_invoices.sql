-- Mark the invoices of ministry accounts paid or refunded; one that was charged after it was given up keeps its status,
-- and one that was settled before keeps all; one that its user removed also keeps updated_on, which alone says when that was.
-- in     now (naive UTC)
-- out    nothing
-- again  the same values are written
UPDATE invoices AS invoice
   SET invoice_status_code = CASE item.effect WHEN 'paid' THEN 'PAID'
                                              WHEN 'refunded' THEN 'REFUNDED'
                                              ELSE invoice.invoice_status_code END,
       payment_date        = CASE WHEN item.effect = 'refunded' THEN invoice.payment_date ELSE item.effective_date END,
       paid                = CASE WHEN item.effect = 'refunded' THEN invoice.paid ELSE invoice.total END,
       refund_date         = CASE WHEN item.effect = 'refunded' THEN item.effective_date ELSE invoice.refund_date END,
       updated_on          = CASE WHEN invoice.invoice_status_code IN (<<removed>>) THEN invoice.updated_on ELSE :now END,
       updated_by          = NULL,
       updated_name        = NULL
  FROM (SELECT DISTINCT ON (invoice_id) *
          FROM feedback_items
         WHERE outcome = 'applied'
           AND is_accepted
           AND effect IN ('paid', 'charged', 'refunded')
           AND rule NOT IN ('settled_before', 'booked_before')
         ORDER BY invoice_id, effect DESC, line) AS item
 WHERE invoice.id = item.invoice_id
