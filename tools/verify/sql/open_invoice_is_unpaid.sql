-- An invoice that is still owed, or was withdrawn, and of which something is paid or a reference completed; a withdrawn one of
-- which a credit memo paid something as well.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/invoice-lifecycle.md sections 1 and 5.1 (P16); a part is paid in PARTIAL_PAID
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       CASE WHEN invoice.invoice_status_code = 'PARTIAL_PAID' THEN format('a part of %s paid', invoice.total)
            ELSE 'nothing paid, and no completed reference' END AS expected,
       concat_ws(', ', invoice.invoice_status_code, format('paid %s', coalesce(invoice.paid, 0)),
                 CASE WHEN credits.amount > 0 THEN format('credits applied %s', credits.amount) END,
                 CASE WHEN reference.invoice_id IS NOT NULL THEN 'a completed reference' END) AS found
  FROM invoices AS invoice
  LEFT JOIN (SELECT DISTINCT known.invoice_id
               FROM invoice_references AS known
               JOIN invoices AS owner
                 ON owner.id = known.invoice_id
                AND owner.id >= :first_invoice
                AND owner.invoice_status_code IN ('APPROVED', 'CREATED', 'OVERDUE', 'SETTLEMENT_SCHED', 'PARTIAL_PAID',
                                                  <<withdrawn>>)
              WHERE known.status_code = 'COMPLETED'
                AND known.invoice_id >= :first_invoice) AS reference
    ON reference.invoice_id = invoice.id
  LEFT JOIN LATERAL (
         SELECT sum(applied.amount_applied) AS amount
           FROM applied_credits AS applied
          WHERE applied.invoice_id = invoice.id
       ) AS credits
    ON invoice.invoice_status_code IN (<<withdrawn>>)
 WHERE invoice.id >= :first_invoice
   AND ((invoice.invoice_status_code IN ('APPROVED', 'CREATED', 'OVERDUE', 'SETTLEMENT_SCHED', <<withdrawn>>)
         AND (coalesce(invoice.paid, 0) <> 0 AND NOT (invoice.invoice_status_code = 'CREATED'
                                                      AND invoice.payment_method_code = 'INTERNAL'
                                                      AND invoice.paid < invoice.total)
              OR credits.amount > 0
              OR reference.invoice_id IS NOT NULL AND invoice.invoice_status_code <> 'CANCELLED'))
     OR (invoice.invoice_status_code = 'PARTIAL_PAID'
         AND (coalesce(invoice.paid, 0) <= 0 OR invoice.paid >= invoice.total OR reference.invoice_id IS NOT NULL)))
