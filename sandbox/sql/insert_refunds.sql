-- Write the refunds that were asked for: of invoices, then of routing slips.
-- in     demo_invoices, routing_slips
-- out    one row per refund
-- again  refused by the primary key
WITH asked AS (
    SELECT id AS invoice_id,
           NULL::integer AS routing_slip_id,
           settled_on + interval '50 minutes' AS requested_on
      FROM demo_invoices
     WHERE is_refunded
        OR outcome = 'CANCELLED'
     UNION ALL
    SELECT NULL,
           id,
           created_on + interval '2 days'
      FROM routing_slips
     WHERE status IN ('REFUND_REQUESTED', 'REFUND_AUTHORIZED', 'REFUND_UPLOADED')
)
INSERT INTO refunds (id, invoice_id, routing_slip_id, requested_date, requested_by, reason, status, type)
SELECT row_number() OVER (ORDER BY invoice_id NULLS LAST, routing_slip_id),
       invoice_id,
       routing_slip_id,
       requested_on,
       'idir/staff',
       'Filed in error',
       'APPROVAL_NOT_REQUIRED',
       CASE WHEN invoice_id IS NULL THEN 'ROUTING_SLIP' ELSE 'INVOICE' END
  FROM asked
 ORDER BY invoice_id NULLS LAST, routing_slip_id
