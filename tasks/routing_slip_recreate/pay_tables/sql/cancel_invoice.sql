-- An invoice is undone, with its reference; its line items stay.
-- in     id, now (naive UTC)
-- out    nothing
-- again  the same
WITH undone AS (
       UPDATE invoices
          SET invoice_status_code = 'CANCELLED',
              paid                = 0,
              payment_date        = NULL,
              refund_date         = :now,
              updated_on          = :now,
              updated_by          = NULL,
              updated_name        = NULL
        WHERE id = :id
    RETURNING id
     )
UPDATE invoice_references AS reference
   SET status_code = 'CANCELLED'
  FROM undone
 WHERE reference.invoice_id = undone.id
