-- An invoice of which another amount is paid than its receipts and the credits applied to it say. A credit that was applied
-- after the last money is not in `paid` (section 7 B 4).
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 5.4: a receipt under a memo's number is the memo's application, not
--        money beside it; weakness 9 of section 10: the reference's receipt covers what a memo paid; section 8 step 7: a
--        bounce leaves 0 paid; a memo's receipts stand, and those of other payments, which the failed payment keeps, one
--        over the whole invoice less what was paid before it;
--        routing-slips.md section 3.4: a slip's transaction that is given back keeps what was paid, and has no receipts
--        where CFS has nothing applied to it any more. Section 5.3: money on account that covers a number in part leaves
--        no receipt; the last of its invoices are covered first, as by memos, and as far as memos had left room by then
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('paid %s: receipts %s%s', money.receipts, money.receipts,
              CASE WHEN money.credits <> 0 THEN format(', credits without a receipt %s', money.credits) END) AS expected,
       format('paid %s', coalesce(invoice.paid, 0)) AS found
  FROM invoices AS invoice
  LEFT JOIN (SELECT receipt.invoice_id,
                    CAST(sum(receipt.receipt_amount) AS numeric(19,2)) AS amount
               FROM receipts AS receipt
              WHERE receipt.invoice_id >= :first_invoice
              GROUP BY receipt.invoice_id) AS received
    ON received.invoice_id = invoice.id
  LEFT JOIN (SELECT credit.invoice_id,
                    coalesce(sum(credit.amount) FILTER (WHERE credit.received IS NULL), 0) AS without_receipt,
                    array_agg(credit.so_far) AS so_far,
                    sum(credit.received) FILTER (WHERE credit.nth = 1) AS received,
                    sum(credit.received - credit.memo)
                      FILTER (WHERE credit.nth = 1 AND credit.received <> credit.total) AS surplus
               FROM (SELECT applied.invoice_id, applied.amount_applied AS amount, receipt.amount AS received,
                            applied.invoice_amount AS total,
                            sum(applied.amount_applied)
                              OVER (PARTITION BY applied.invoice_id, applied.cfs_identifier) AS memo,
                            row_number() OVER (PARTITION BY applied.invoice_id, applied.cfs_identifier
                                                   ORDER BY applied.id) AS nth,
                            sum(CASE WHEN receipt.amount IS NULL THEN applied.amount_applied ELSE 0 END)
                              OVER (PARTITION BY applied.invoice_id ORDER BY applied.id) AS so_far
                       FROM applied_credits AS applied
                       LEFT JOIN LATERAL (
                              SELECT sum(CAST(receipt.receipt_amount AS numeric(19,2))) AS amount
                                FROM receipts AS receipt
                               WHERE receipt.invoice_id = applied.invoice_id
                                 AND receipt.receipt_number = applied.cfs_identifier
                            ) AS receipt ON true
                      WHERE applied.invoice_id >= :first_invoice) AS credit
              GROUP BY credit.invoice_id) AS credited
    ON credited.invoice_id = invoice.id
 CROSS JOIN LATERAL (
        SELECT coalesce(received.amount, 0) AS receipts,
               coalesce(credited.without_receipt, 0) AS credits,
               coalesce(credited.so_far, '{}') || CAST(0 AS numeric) AS credits_so_far,
               coalesce(credited.received, 0) AS memos,
               coalesce(credited.surplus, 0) AS surplus
      ) AS money
 WHERE invoice.id >= :first_invoice
   AND coalesce(invoice.paid, 0) - money.receipts <> ALL (money.credits_so_far)
   AND coalesce(invoice.paid, 0) - money.receipts + money.surplus <> ALL (money.credits_so_far)
   AND NOT ((invoice.invoice_status_code = 'SETTLEMENT_SCHED'
             OR invoice.invoice_status_code = 'CREDITED'
                AND EXISTS (SELECT FROM invoice_references AS reference
                              JOIN payments AS bounced
                                ON bounced.invoice_number = reference.invoice_number
                               AND bounced.payment_status_code = 'FAILED'
                             WHERE reference.invoice_id = invoice.id))
            AND coalesce(invoice.paid, 0) = 0
            AND money.receipts = money.memos)
   AND NOT (invoice.invoice_status_code IN ('SETTLEMENT_SCHED', 'CREDITED')
            AND coalesce(invoice.paid, 0) = 0
            AND EXISTS (
                  SELECT FROM payments AS bounced
                   CROSS JOIN LATERAL (
                          SELECT array_agg(reference.invoice_id) AS ids FROM invoice_references AS reference
                           WHERE reference.invoice_number = bounced.invoice_number) AS behind
                   CROSS JOIN LATERAL (
                          SELECT sum(left_of.amount) AS amount
                            FROM (SELECT CAST(receipt.receipt_amount AS numeric(19,2)) AS amount
                                    FROM receipts AS receipt
                                   WHERE receipt.invoice_id = ANY (behind.ids)
                                   UNION ALL
                                  SELECT applied.amount_applied
                                    FROM applied_credits AS applied
                                   WHERE applied.invoice_id = ANY (behind.ids)
                                     AND NOT EXISTS (SELECT FROM receipts AS memo
                                                      WHERE memo.invoice_id = applied.invoice_id
                                                        AND memo.receipt_number = applied.cfs_identifier)
                                   UNION ALL
                                  SELECT line.amount
                                    FROM pay_jobs.settlement_rows AS line
                                   WHERE line.target_number = bounced.invoice_number
                                     AND line.kind = 'SKIP'
                                     AND line.rule = 'partial_credit'
                                   UNION ALL
                                  SELECT -before.amount
                                    FROM receipts AS whole
                                    JOIN invoices AS covered
                                      ON covered.id = whole.invoice_id
                                     AND covered.total = CAST(whole.receipt_amount AS numeric(19,2))
                                   CROSS JOIN LATERAL (
                                          SELECT CAST(other.receipt_amount AS numeric(19,2)) AS amount, other.receipt_date AS at
                                            FROM receipts AS other
                                           WHERE other.invoice_id = whole.invoice_id
                                             AND other.id <> whole.id
                                           UNION ALL
                                          SELECT applied.amount_applied, applied.created_on
                                            FROM applied_credits AS applied
                                           WHERE applied.invoice_id = whole.invoice_id
                                             AND NOT EXISTS (SELECT FROM receipts AS memo
                                                              WHERE memo.invoice_id = applied.invoice_id
                                                                AND memo.receipt_number = applied.cfs_identifier)
                                           UNION ALL
                                          SELECT CAST(gone.receipt_amount AS numeric(19,2)), gone.receipt_date
                                            FROM pay_jobs.settlement_rows AS line
                                            JOIN pay_jobs.bounce_rows AS kept
                                              ON kept.file_id = line.file_id
                                             AND kept.line = line.line
                                             AND kept.pay_table = 'receipts'
                                             AND kept.undone_on IS NULL
                                           CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS receipts), kept.was) AS gone
                                           WHERE line.target_number = bounced.invoice_number
                                             AND line.kind = 'BOUNCE'
                                             AND gone.invoice_id = whole.invoice_id) AS before
                                   WHERE whole.invoice_id = ANY (behind.ids)
                                     AND before.at <= whole.receipt_date
                                     AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS line
                                                      WHERE line.target_number = bounced.invoice_number
                                                        AND <<line.receipt>> = whole.receipt_number
                                                        AND <<line.counts>>)) AS left_of) AS standing
                   WHERE bounced.invoice_number IN (SELECT reference.invoice_number FROM invoice_references AS reference
                                                     WHERE reference.invoice_id = invoice.id)
                     AND bounced.payment_status_code = 'FAILED'
                     AND bounced.paid_amount > 0
                     AND bounced.paid_amount = standing.amount))
   AND NOT (invoice.payment_method_code = 'INTERNAL'
            AND invoice.invoice_status_code IN ('REFUND_REQUESTED', 'REFUNDED')
            AND money.receipts = 0)
   AND NOT EXISTS (
         SELECT FROM (SELECT DISTINCT invoice_number FROM invoice_references WHERE invoice_id = invoice.id) AS own
          CROSS JOIN LATERAL (
                 SELECT sum(line.amount) OVER (ORDER BY line.file_id, line.line) AS so_far
                   FROM pay_jobs.settlement_rows AS line
                  WHERE line.target_number = own.invoice_number
                    AND line.kind = 'SKIP'
                    AND line.rule = 'partial_credit') AS used
          CROSS JOIN LATERAL (
                 SELECT 0 AS last_memo
                  UNION ALL
                 SELECT applied.id
                   FROM invoice_references AS reference
                   JOIN applied_credits AS applied
                     ON applied.invoice_id = reference.invoice_id
                  WHERE reference.invoice_number = own.invoice_number) AS by_then
          CROSS JOIN LATERAL (
                 SELECT coalesce(sum(room.amount) FILTER (WHERE other.id > invoice.id), 0) AS starts,
                        sum(room.amount) AS ends
                   FROM invoices AS other
                  CROSS JOIN LATERAL (
                         SELECT greatest(other.total - coalesce(sum(applied.amount_applied), 0), 0) AS amount
                           FROM applied_credits AS applied
                          WHERE applied.invoice_id = other.id
                            AND applied.id <= by_then.last_memo) AS room
                  WHERE other.id IN (SELECT reference.invoice_id FROM invoice_references AS reference
                                      WHERE reference.invoice_number = own.invoice_number)
                    AND other.id >= invoice.id
                    AND NOT EXISTS (SELECT FROM non_sufficient_funds AS fee
                                     WHERE fee.invoice_id = other.id)) AS covered
          WHERE coalesce(invoice.paid, 0) - money.receipts
                - greatest(least(used.so_far, covered.ends) - covered.starts, 0) = ANY (money.credits_so_far))
