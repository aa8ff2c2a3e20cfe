-- Read our side of CFS invoice numbers.
-- in     keys text[]
-- out    number, total, whether all are paid, whether one is open, receipt numbers, site; the NSF fee invoice, which shares
--        the number of a bounced one, is left out of the total
-- again  reads only
SELECT found.number,
       sum(found.total) FILTER (WHERE NOT found.is_fee),
       bool_and(found.status = 'PAID' AND found.is_settled),
       bool_or(NOT found.is_settled AND found.status IN ('APPROVED', 'SETTLEMENT_SCHED', 'OVERDUE', 'CREATED')),
       coalesce(array_agg(found.receipts) FILTER (WHERE found.receipts <> ''), '{}'),
       max(found.party), max(found.account), max(found.site)
  FROM (SELECT reference.invoice_number AS number,
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
               ) AS receipts,
               place.cfs_party AS party, place.cfs_account AS account, place.cfs_site AS site
          FROM invoice_references AS reference
          JOIN invoices AS invoice ON invoice.id = reference.invoice_id
          LEFT JOIN LATERAL (SELECT * FROM cfs_accounts AS known
                              WHERE known.id = invoice.cfs_account_id
                                 OR invoice.cfs_account_id IS NULL AND known.account_id = invoice.payment_account_id
                              ORDER BY known.status = 'INACTIVE', known.id DESC
                              LIMIT 1) AS place ON true
         WHERE reference.invoice_number = ANY (:keys)
           AND reference.status_code IN ('ACTIVE', 'COMPLETED')) AS found
 GROUP BY found.number
