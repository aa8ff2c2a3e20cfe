-- Cancel fee invoices with their lines and references, and mark their NSF rows.
-- in     ids integer[], now (naive UTC), mark text: what the description begins with
-- out    the number of NSF rows
-- again  writes the same
WITH cancelled AS (
       UPDATE invoices
          SET invoice_status_code = 'CANCELLED',
              refund_date         = :now,
              updated_on          = :now,
              updated_by          = NULL,
              updated_name        = NULL
        WHERE id = ANY (CAST(:ids AS integer[]))
     ),
     lines AS (
       UPDATE payment_line_items
          SET line_item_status_code = 'CANCELLED'
        WHERE invoice_id = ANY (CAST(:ids AS integer[]))
     ),
     closed AS (
       UPDATE invoice_references
          SET status_code = 'CANCELLED'
        WHERE invoice_id = ANY (CAST(:ids AS integer[]))
     )
UPDATE non_sufficient_funds
   SET description = left(:mark || coalesce(description, ''), 50)
 WHERE invoice_id = ANY (CAST(:ids AS integer[]))
