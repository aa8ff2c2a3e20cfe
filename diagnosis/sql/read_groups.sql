-- Read which PAD invoices of accounts would go to CFS together, and whether a GL among them is no longer in force.
-- in     accounts integer[]; today date
-- out    account, ids, totals, whether a line item's GL is not in force (evidence E13)
-- again  reads only
SELECT invoice.payment_account_id,
       array_agg(invoice.id ORDER BY invoice.id),
       array_agg(invoice.total ORDER BY invoice.id),
       bool_or(EXISTS (SELECT FROM payment_line_items AS item
                         JOIN distribution_codes AS code ON code.distribution_code_id = item.fee_distribution_id
                        WHERE item.invoice_id = invoice.id
                          AND (code.end_date < :today OR code.start_date > :today)))
  FROM invoices AS invoice
 WHERE invoice.payment_account_id = ANY (:accounts)
   AND invoice.invoice_status_code = 'APPROVED'
   AND invoice.payment_method_code = 'PAD'
   AND NOT EXISTS (SELECT FROM invoice_references AS reference WHERE reference.invoice_id = invoice.id)
 GROUP BY invoice.payment_account_id
