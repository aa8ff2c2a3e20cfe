-- Read our side of CFS invoice numbers.
-- in     keys text[]
-- out    invoice (one whose site it is on), slip (its routing slip, whose site it is on), number, total, is_paid (all
--        are), is_open (one is), receipts (lists). The NSF fee that shares the number of a bounced invoice is an
--        adjustment in CFS and left out of the total; a consolidated invoice has it as a line.
--        A part payment's receipt bears the application's id, and is told by the number that CFS has; money on account that
--        covered a part has no receipt here (docs/specs/cas-settlement-csv.md sections 5.3 and 5.4)
-- again  reads only
SELECT max(found.id) FILTER (WHERE NOT found.is_fee) AS invoice,
       max(found.slip) AS slip,
       found.number,
       sum(found.total) FILTER (WHERE NOT found.is_fee OR found.is_consolidated) AS total,
       bool_and(found.status = 'PAID' AND found.is_settled) AS is_paid,
       bool_or(NOT found.is_settled AND found.status IN ('APPROVED', 'SETTLEMENT_SCHED', 'OVERDUE', 'CREATED', 'PARTIAL_PAID')) AS is_open,
       coalesce(array_agg(found.receipts) FILTER (WHERE found.receipts <> ''), '{}') AS receipts
  FROM (SELECT invoice.id,
               reference.invoice_number AS number,
               CASE WHEN invoice.payment_method_code = 'INTERNAL' THEN invoice.routing_slip END AS slip,
               invoice.total,
               invoice.invoice_status_code AS status,
               reference.status_code = 'COMPLETED' AS is_settled,
               invoice.payment_method_code = 'CC'
                   AND NOT bool_and(invoice.payment_method_code = 'CC')
                       OVER (PARTITION BY reference.invoice_number) AS is_fee,
               reference.is_consolidated OR reference.invoice_number LIKE '%-C' AS is_consolidated,
               (SELECT string_agg(known.number, ',')
                  FROM (SELECT coalesce(part.source_number, receipt.receipt_number) AS number
                          FROM receipts AS receipt
                          LEFT JOIN pay_jobs.settlement_rows AS part
                            ON part.target_number = reference.invoice_number
                           AND part.kind = 'PART_ONE'
                           AND <<part.receipt>> = receipt.receipt_number
                         WHERE receipt.invoice_id = invoice.id
                           AND NOT EXISTS (SELECT FROM credits AS credit
                                            WHERE credit.cfs_identifier = receipt.receipt_number
                                              AND credit.is_credit_memo)
                         UNION
                        SELECT used.source_number
                          FROM pay_jobs.settlement_rows AS used
                         WHERE used.target_number = reference.invoice_number
                           AND used.kind = 'SKIP'
                           AND used.rule = 'partial_credit') AS known
               ) AS receipts
          FROM invoice_references AS reference
          JOIN invoices AS invoice ON invoice.id = reference.invoice_id
         WHERE reference.invoice_number = ANY (:keys)
           AND reference.status_code IN ('ACTIVE', 'COMPLETED')) AS found
 GROUP BY found.number
