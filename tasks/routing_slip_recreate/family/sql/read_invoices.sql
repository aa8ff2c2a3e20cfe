-- Read the transactions of some slips, but for those that cost nothing: CFS never hears of them.
-- in     numbers text[]
-- out    one row per INTERNAL invoice, with its newest reference in force and what our receipts say was applied
-- again  reads only
SELECT invoice.id,
       invoice.routing_slip,
       invoice.invoice_status_code,
       invoice.total,
       invoice.disbursement_status_code,
       reference.id             AS reference_id,
       reference.invoice_number AS reference_number,
       <<invoice.is_nsf_fee>>   AS is_nsf_fee,
       EXISTS (
           SELECT 1
             FROM payment_line_items AS line
            WHERE line.invoice_id = invoice.id
       )                        AS has_lines,
       invoice.corp_type_code,
       coalesce(invoice.paid, 0) - coalesce(invoice.refund, 0) AS net_paid,
       applied.receipts
  FROM invoices AS invoice
  LEFT JOIN LATERAL (
       SELECT known.id, known.invoice_number
         FROM invoice_references AS known
        WHERE known.invoice_id = invoice.id
          AND known.status_code IN ('ACTIVE', 'COMPLETED')
        ORDER BY known.id DESC
        LIMIT 1
       ) AS reference ON TRUE
  LEFT JOIN LATERAL (
       SELECT jsonb_object_agg(one.receipt_number, one.amount::text) AS receipts
         FROM (SELECT receipt.receipt_number, sum(receipt.receipt_amount::numeric(19,2)) AS amount
                 FROM receipts AS receipt
                WHERE receipt.invoice_id = invoice.id
                GROUP BY receipt.receipt_number) AS one
       ) AS applied ON TRUE
 WHERE invoice.routing_slip = ANY(:numbers)
   AND invoice.payment_method_code = 'INTERNAL'
   AND invoice.total > 0
 ORDER BY invoice.id
