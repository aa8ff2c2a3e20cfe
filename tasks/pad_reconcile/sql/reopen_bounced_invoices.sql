-- Open the invoices again that the bounced payment had paid, and their references.
-- in     now (naive UTC)
-- out    the number of invoices
-- again  an open reference is left alone
-- source docs/specs/cas-settlement-csv.md section 8 step 7
WITH reopened AS (
       UPDATE invoice_references AS reference
          SET status_code = 'ACTIVE'
         FROM bounced_payments AS bounced
        WHERE reference.invoice_number = bounced.target_number
          AND reference.status_code = 'COMPLETED'
    RETURNING reference.invoice_id
     )
UPDATE invoices AS invoice
   SET invoice_status_code = 'SETTLEMENT_SCHED',
       paid = 0,
       updated_on = :now,
       updated_by = NULL,
       updated_name = NULL
  FROM reopened
 WHERE invoice.id = reopened.invoice_id
   AND invoice.invoice_status_code NOT IN (<<final>>)
