-- Read our side of CFS invoice numbers.
-- in     keys text[]
-- out    invoice (one whose site it is on), number, total, is_paid (all are), is_open (one is), receipts (lists); the NSF fee invoice, which shares the number of a bounced one, is left out of the total
-- again  reads only
SELECT max(found.id) FILTER (WHERE NOT found.is_fee) AS invoice,
       found.number,
       sum(found.total) FILTER (WHERE NOT found.is_fee) AS total,
       bool_and(found.status = 'PAID' AND found.is_settled) AS is_paid,
       bool_or(NOT found.is_settled AND found.status IN ('APPROVED', 'SETTLEMENT_SCHED', 'OVERDUE', 'CREATED')) AS is_open,
       coalesce(array_agg(found.receipts) FILTER (WHERE found.receipts <> ''), '{}') AS receipts
  FROM (SELECT invoice.id,
               reference.invoice_number AS number,
               invoice.total,
               invoice.invoice_status_code AS status,
               reference.status_code = 'COMPLETED' AS is_settled,
               invoice.payment_method_code = 'CC'
                   AND NOT bool_and(invoice.payment_method_code = 'CC')
                       OVER (PARTITION BY reference.invoice_number) AS is_fee,
               (SELECT string_agg(receipt.receipt_number, ',')
                  FROM receipts AS receipt
                 WHERE receipt.invoice_id = invoice.id
                   AND NOT EXISTS (SELECT FROM credits AS credit WHERE credit.cfs_identifier = receipt.receipt_number)
               ) AS receipts
          FROM invoice_references AS reference
          JOIN invoices AS invoice ON invoice.id = reference.invoice_id
         WHERE reference.invoice_number = ANY (:keys)
           AND reference.status_code IN ('ACTIVE', 'COMPLETED')) AS found
 GROUP BY found.number
