-- Delete the receipts of the payment that bounced, and keep them as they were.
-- in     -; no payment of the wave is failed yet
-- out    of each open number that a bounce left something paid of, and none of whose receipts is found to be the bounced
--        one: line, target_number, came_back, standing
-- again  a receipt that is gone stays gone
-- source docs/specs/cas-settlement-csv.md section 8 step 7; hazard 7 of section 10: only those of this receipt
--
-- Where no receipt of the number's invoices carries the bounced receipt's number, or stands for a part payment of it, the
-- reference wrote it under another one, as it wrote the parts under their Application Ids: then that goes which is over
-- what the row says came back, where credit memos and money on account paid too: of what the failed payment keeps, where
-- the receipts are over more than the number, for the reference wrote the rest over all of it. All go where the row says
-- that nothing is paid, and of a number that was settled also where none is over that, as they do in the reference, or
-- where it stands for several invoices, of which it wrote no parts; save those of a credit memo over what it paid: it did
-- not bounce. Beside one that carries the number those go that can only be parts which the reference wrote, once the row
-- says that nothing is paid. A further line of a receipt that bounced takes those of no other.
WITH bounced AS (
       SELECT file_id, line, target_number, rule, original_amount, <<resolved.left_paid>> AS left_paid,
              lower(status) = 'not paid' AS is_unpaid,
              source_number || ARRAY(SELECT part.receipt_number
                                       FROM settlement_parts AS part
                                      WHERE part.target_number = resolved.target_number
                                        AND part.source_number = resolved.source_number) AS receipts,
              rule = 'another_receipt'
              AND EXISTS (SELECT FROM (SELECT target_number, source_number, kind, outcome, rule
                                         FROM settlement_work
                                        WHERE wave < resolved.wave
                                        UNION ALL
                                       SELECT target_number, source_number, kind, outcome, rule
                                         FROM pay_jobs.settlement_rows) AS earlier
                           WHERE earlier.target_number = resolved.target_number
                             AND earlier.source_number = resolved.source_number
                             AND earlier.kind = 'BOUNCE'
                             AND earlier.outcome = 'applied'
                             AND earlier.rule <> 'undone') AS has_bounced
         FROM wave_rows AS resolved
        WHERE outcome = 'applied'
          AND kind = 'BOUNCE'
          AND rule <> 'payment_failed'
     ),
     standing AS (
       SELECT bounced.file_id,
              bounced.line,
              bounced.target_number,
              bounced.original_amount,
              bounced.left_paid,
              bounced.is_unpaid,
              bounced.has_bounced,
              receipt.id,
              receipt.receipt_number,
              CAST(receipt.receipt_amount AS numeric(19,2)) AS amount,
              reference.invoice_id,
              reference.status_code = 'ACTIVE' AS is_open,
              reference.status_code = 'COMPLETED' AND bounced.rule <> 'another_receipt' AS is_settled,
              bool_or(reference.status_code = 'COMPLETED') OVER of_number AS has_settled,
              coalesce(receipt.receipt_number = ANY (bounced.receipts), false) AS is_named,
              coalesce(bool_or(receipt.receipt_number = ANY (bounced.receipts)) OVER of_number, false) AS has_named
         FROM bounced
         JOIN invoice_references AS reference
           ON reference.invoice_number = bounced.target_number
         LEFT JOIN receipts AS receipt
           ON receipt.invoice_id = reference.invoice_id
       WINDOW of_number AS (PARTITION BY bounced.target_number)
     ),
     unnamed AS (
       SELECT *
         FROM standing
        WHERE (NOT has_named
               OR is_unpaid
              AND receipt_number ~ '^[0-9]+$'
              AND NOT EXISTS (SELECT FROM settlement_parts AS ours
                               WHERE ours.target_number = standing.target_number
                                 AND ours.receipt_number = standing.receipt_number)
              AND NOT EXISTS (SELECT FROM payments AS own
                               WHERE own.invoice_number = standing.target_number
                                 AND own.payment_status_code = 'COMPLETED'
                                 AND own.receipt_number = standing.receipt_number)
              AND NOT EXISTS (SELECT FROM credits WHERE cfs_identifier = standing.receipt_number))
          AND NOT has_bounced
          AND amount > coalesce((SELECT sum(credit.amount_applied)
                                   FROM applied_credits AS credit
                                  WHERE credit.invoice_id = standing.invoice_id
                                    AND credit.cfs_identifier = standing.receipt_number), -1)
     ),
     parts AS (
       SELECT unnamed.id,
              unnamed.line,
              unnamed.target_number,
              unnamed.left_paid,
              unnamed.is_settled,
              unnamed.amount,
              CASE WHEN unnamed.is_settled THEN unnamed.original_amount
                   WHEN sum(unnamed.amount) OVER of_number + beside.amount > unnamed.original_amount
                    AND failed.kept IS NOT NULL
                   THEN failed.kept
                   ELSE sum(unnamed.amount) OVER of_number + beside.amount END
                - unnamed.left_paid AS came_back,
              row_number() OVER (PARTITION BY unnamed.target_number, unnamed.amount ORDER BY unnamed.id) AS nth,
              unnamed.is_settled
              AND min(unnamed.invoice_id) FILTER (WHERE invoice.payment_method_code <> 'CC') OVER of_number
                    IS DISTINCT FROM
                  max(unnamed.invoice_id) FILTER (WHERE invoice.payment_method_code <> 'CC') OVER of_number
                AS is_of_several
         FROM unnamed
         JOIN invoices AS invoice
           ON invoice.id = unnamed.invoice_id
        CROSS JOIN LATERAL (
                SELECT coalesce(sum(covered.amount), 0) AS amount
                  FROM (SELECT credit.amount_applied AS amount
                          FROM applied_credits AS credit
                          JOIN invoice_references AS reference
                            ON reference.invoice_id = credit.invoice_id
                         WHERE reference.invoice_number = unnamed.target_number
                           AND reference.status_code = 'ACTIVE'
                         UNION ALL
                        SELECT earlier.amount
                          FROM (SELECT target_number, kind, rule, amount FROM settlement_work WHERE line < unnamed.line
                                 UNION ALL
                                SELECT target_number, kind, rule, amount FROM pay_jobs.settlement_rows) AS earlier
                         WHERE earlier.target_number = unnamed.target_number
                           AND earlier.kind = 'SKIP'
                           AND earlier.rule = 'partial_credit') AS covered
              ) AS beside
        CROSS JOIN LATERAL (
                SELECT CAST(min(paid_amount) AS numeric(19,2)) AS kept
                  FROM payments
                 WHERE invoice_number = unnamed.target_number
                   AND payment_status_code = 'FAILED'
                   AND payment_method_code NOT IN ('CC', 'DIRECT_PAY')
              ) AS failed
        WHERE unnamed.is_settled
           OR unnamed.is_open
          AND NOT unnamed.has_settled
          AND invoice.payment_method_code <> 'CC'
       WINDOW of_number AS (PARTITION BY unnamed.target_number)
     ),
     going AS (
       SELECT id,
              line,
              target_number,
              came_back,
              amount,
              left_paid = 0
              OR is_of_several
              OR amount = came_back AND nth = 1
              OR is_settled AND NOT bool_or(amount = came_back) OVER (PARTITION BY target_number) AS goes
         FROM parts
     ),
     deleted AS (
       DELETE FROM receipts AS receipt
        USING standing
        WHERE receipt.id = standing.id
          AND (standing.is_named AND (standing.is_open OR standing.is_settled)
               OR standing.id IN (SELECT id FROM going WHERE goes))
    RETURNING standing.file_id, standing.line, receipt.id, to_jsonb(receipt) AS was
     ),
     kept AS (
       INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
       SELECT file_id, line, 'receipts', id, was
         FROM deleted
     )
SELECT line,
       target_number,
       came_back,
       sum(amount) AS standing
  FROM going
 GROUP BY line, target_number, came_back
HAVING NOT bool_or(goes)
   AND came_back > 0
 ORDER BY line
