-- Spread the invoices of one week, and all that followed from them, over some weeks.
-- in     weeks
-- out    nothing
WITH spread AS (
       UPDATE invoices
          SET created_on   = created_on - (id % {weeks}) * interval '7 days',
              payment_date = payment_date - (id % {weeks}) * interval '7 days',
              refund_date  = refund_date - (id % {weeks}) * interval '7 days',
              updated_on   = updated_on - (id % {weeks}) * interval '7 days',
              overdue_date = CASE WHEN overdue_date IS NOT NULL
                                  THEN date_trunc('month', created_on - (id % {weeks}) * interval '7 days')
                                       + interval '2 months 14 days 8 hours' END
     ),
     received AS (
       UPDATE receipts
          SET receipt_date = receipt_date - (invoice_id % {weeks}) * interval '7 days'
     ),
     asked_back AS (
       UPDATE refunds
          SET requested_date = requested_date - (invoice_id % {weeks}) * interval '7 days'
        WHERE invoice_id IS NOT NULL
     )
UPDATE payments AS payment
   SET payment_date = payment.payment_date - (reference.invoice_id % {weeks}) * interval '7 days'
  FROM invoice_references AS reference
 WHERE reference.invoice_number = payment.invoice_number
