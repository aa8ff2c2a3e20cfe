-- An invoice is owed again, or still in part: CREATED, with an ACTIVE reference.
-- in     id, paid, now (naive UTC)
-- out    nothing
-- again  the same; one that never reached CFS has no reference to change
WITH reopened AS (
       UPDATE invoices
          SET invoice_status_code = 'CREATED',
              paid                = :paid,
              payment_date        = NULL,
              updated_on          = :now,
              updated_by          = NULL,
              updated_name        = NULL
        WHERE id = :id
    RETURNING id
     )
UPDATE invoice_references AS reference
   SET status_code = 'ACTIVE'
  FROM reopened
 WHERE reference.invoice_id = reopened.id
   AND reference.status_code = 'COMPLETED'
