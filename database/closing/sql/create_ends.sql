-- What is open at the end of a day: what is open now, without what moved since.
-- in     last (the day), until (naive UTC): its end; kinds, figures, signs: how each figure moves a balance
-- out    temporary table closing_ends. `paid` of an invoice has what credits covered of it only as far as money came after
--        them (docs/specs/cas-settlement-csv.md sections 5.3 and 7 B 4): the credits since are taken off as well. A bounce
--        leaves 0 paid (section 8 step 7): the receipts that its failed payment keeps are taken off. That is over all
--        invoices of the number and their memos: those of one invoice are no more than it
CREATE TEMPORARY TABLE closing_ends ON COMMIT DROP AS
WITH standing AS (
       SELECT 'invoice' AS kind, CAST(invoice.id AS bigint) AS item, invoice.invoice_status_code AS status,
              invoice.payment_method_code AS method,
              invoice.total - paid.amount
                - CASE WHEN EXISTS (SELECT FROM unnest(coalesce(credited.so_far, '{0}')) AS memos (amount)
                                     CROSS JOIN unnest(coalesce(covered.so_far, '{0}')) AS parts (amount)
                                     WHERE memos.amount + parts.amount = paid.amount - received.amount)
                       THEN coalesce(credited.amount, 0) + coalesce(covered.amount, 0) - (paid.amount - received.amount)
                       ELSE 0 END AS amount
         FROM invoices AS invoice
         LEFT JOIN (SELECT credit.invoice_id, sum(credit.amount) AS amount, array_agg(credit.so_far) || 0.00 AS so_far
                      FROM (SELECT applied.invoice_id, CAST(applied.amount_applied AS numeric(19,2)) AS amount,
                                   sum(CAST(applied.amount_applied AS numeric(19,2)))
                                     OVER (PARTITION BY applied.invoice_id ORDER BY applied.id) AS so_far
                              FROM applied_credits AS applied) AS credit
                     GROUP BY credit.invoice_id) AS credited
           ON credited.invoice_id = invoice.id
         LEFT JOIN (SELECT part.invoice_id, sum(part.amount) AS amount, array_agg(part.so_far) || 0.00 AS so_far
                      FROM (SELECT invoice_id, amount,
                                   sum(amount) OVER (PARTITION BY invoice_id ORDER BY at, nth) AS so_far
                              FROM closing_partly) AS part
                     GROUP BY part.invoice_id) AS covered
           ON covered.invoice_id = invoice.id
         LEFT JOIN LATERAL (
                SELECT coalesce(sum(CAST(receipt.receipt_amount AS numeric(19,2)) - <<receipt.earlier_parts>>), 0) AS amount
                  FROM receipts AS receipt
                 WHERE receipt.invoice_id = invoice.id
                   AND NOT EXISTS (SELECT FROM applied_credits AS applied
                                    WHERE applied.invoice_id = receipt.invoice_id
                                      AND applied.cfs_identifier = receipt.receipt_number)) AS received
           ON credited.invoice_id IS NOT NULL
           OR covered.invoice_id IS NOT NULL
           OR invoice.invoice_status_code = 'SETTLEMENT_SCHED'
        CROSS JOIN LATERAL (
               SELECT CASE WHEN invoice.invoice_status_code = 'SETTLEMENT_SCHED'
                            AND coalesce(invoice.paid, 0) = 0
                            AND received.amount <> 0
                            AND EXISTS (SELECT FROM invoice_references AS reference
                                          JOIN payments AS bounced
                                            ON bounced.invoice_number = reference.invoice_number
                                           AND bounced.payment_status_code = 'FAILED'
                                           AND bounced.paid_amount >= received.amount
                                         WHERE reference.invoice_id = invoice.id)
                           THEN received.amount
                           ELSE coalesce(invoice.paid, 0) END AS amount) AS paid
        WHERE invoice.invoice_status_code IN ('APPROVED', 'CREATED', 'OVERDUE', 'PARTIAL_PAID', 'SETTLEMENT_SCHED')
        UNION ALL
       SELECT 'credit', credit.id, CASE WHEN credit.is_credit_memo THEN 'memo' ELSE 'on account' END,
              coalesce(credit.cfs_site, ''), CAST(credit.remaining_amount AS numeric(19,2))
         FROM credits AS credit
        WHERE credit.remaining_amount <> 0
        UNION ALL
       SELECT 'slip', slip.id, slip.status, slip.method, slip.remaining - slip.not_booked
         FROM closing_slips AS slip
        WHERE slip.remaining <> slip.not_booked
     ),
     since AS (
       SELECT effect.kind, moved.item, sum(moved.amount * effect.sign) AS amount
         FROM closing_rows AS moved
         JOIN unnest(CAST(:kinds AS text[]), CAST(:figures AS text[]), CAST(:signs AS integer[]))
           AS effect (kind, figure, sign)
           ON effect.figure = moved.figure
        WHERE moved.day > :last
        GROUP BY effect.kind, moved.item
     ),
     ended AS (
       SELECT kind, item, coalesce(standing.amount, 0) - coalesce(since.amount, 0) AS amount, standing.status,
              standing.method
         FROM standing
         FULL JOIN since
        USING (kind, item)
     )
SELECT ended.kind, ended.item, ended.amount,
       coalesce(ended.status,
                (SELECT invoice.invoice_status_code FROM invoices AS invoice
                  WHERE ended.kind = 'invoice' AND invoice.id = ended.item),
                (SELECT slip.status FROM closing_slips AS slip WHERE ended.kind = 'slip' AND slip.id = ended.item),
                '') AS status,
       coalesce(ended.method,
                (SELECT invoice.payment_method_code FROM invoices AS invoice
                  WHERE ended.kind = 'invoice' AND invoice.id = ended.item),
                (SELECT slip.method FROM closing_slips AS slip WHERE ended.kind = 'slip' AND slip.id = ended.item),
                '') AS method
  FROM ended
 WHERE ended.amount <> 0
