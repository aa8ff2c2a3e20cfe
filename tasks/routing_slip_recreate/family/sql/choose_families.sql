-- Choose the families that may need work: by the status of a slip, or because the journal has work in it.
-- in     slip (null for all)
-- out    the number of each family's parent, links first, in the order of docs/specs/routing-slips.md section 3
-- again  reads only
WITH bought AS NOT MATERIALIZED (
    SELECT invoice.id, invoice.routing_slip, invoice.invoice_status_code, invoice.total,
           <<invoice.is_nsf_fee>> AS is_fee
      FROM invoices AS invoice
     WHERE invoice.payment_method_code = 'INTERNAL'
       AND invoice.total > 0
),
linked AS MATERIALIZED (
    SELECT child.parent_number AS number, max(link.id) AS newest,
           bool_or(link.plan @> '{"to_frozen": true}' OR link.plan -> 'steps' @> '[{"kind": "apply receipt"}]') AS came_later
      FROM pay_jobs.operations AS link
      JOIN routing_slips AS child ON child.number = substr(link.subject, 6)
     WHERE link.subject LIKE 'slip %'
       AND link.kind = 'slip link'
       AND link.state = 'done'
     GROUP BY child.parent_number
),
bounced AS MATERIALIZED (
    SELECT substr(nsf.subject, 6) AS number, max(nsf.id) AS newest
      FROM pay_jobs.operations AS nsf
     WHERE nsf.subject LIKE 'slip %'
       AND nsf.kind = 'slip nsf'
       AND nsf.state = 'done'
     GROUP BY nsf.subject
),
candidate AS (
    SELECT coalesce(slip.parent_number, slip.number) AS root,
           slip.id,
           CASE
               WHEN slip.status = 'LINKED'     THEN 1
               WHEN slip.status = 'VOID'       THEN 2
               WHEN slip.status = 'NSF'        THEN 3
               WHEN slip.status = 'CORRECTION' THEN 4
               ELSE 5
           END AS turn
      FROM routing_slips AS slip
     WHERE slip.number = :slip
        OR (
            CAST(:slip AS text) IS NULL
            AND slip.id = ANY (ARRAY(
                SELECT due.id
                  FROM routing_slips AS due
                 WHERE due.status IN ('LINKED', 'VOID', 'CORRECTION', 'NSF', 'REFUND_AUTHORIZED', 'WRITE_OFF_AUTHORIZED')
                 UNION
                SELECT worked.id
                  FROM pay_jobs.operations AS open
                  JOIN routing_slips AS worked ON worked.number = substr(open.subject, 6)
                 WHERE open.subject LIKE 'slip %'
                   AND open.state NOT IN ('done', 'dropped')
            ))
            AND (
                (
                    slip.status IN ('LINKED', 'VOID', 'CORRECTION')
                    AND EXISTS (
                        SELECT 1
                          FROM cfs_accounts AS account
                         WHERE account.account_id = slip.payment_account_id
                           AND account.payment_method = 'INTERNAL'
                           AND account.status <> 'INACTIVE'
                    )
                    AND NOT (slip.status = 'VOID' AND EXISTS (
                        SELECT 1
                          FROM pay_jobs.operations AS done
                         WHERE done.subject = 'slip ' || slip.number
                           AND done.kind IN ('slip void', 'slip void_transactions')
                           AND done.state = 'done'
                    ))
                )
                OR (slip.status = 'NSF' AND NOT EXISTS (
                    -- An NSF slip at rest: frozen, nothing paid, if only in part, and nothing linked since its bounce;
                    -- where no job of ours worked that, no link of ours came after it, its fee is in CFS and taken off, or
                    -- was waived, and no more is off the balance than is owed.
                    SELECT 1
                      FROM cfs_accounts AS account
                      LEFT JOIN bounced ON bounced.number = slip.number
                     WHERE account.account_id = slip.payment_account_id
                       AND account.payment_method = 'INTERNAL'
                       AND account.status = 'FREEZE'
                       AND NOT EXISTS (
                           SELECT 1
                             FROM bought
                            WHERE bought.routing_slip = slip.number
                              AND (
                                  bought.invoice_status_code = 'PAID'
                                  OR (bought.invoice_status_code = 'CREATED' AND EXISTS (
                                      SELECT 1
                                        FROM receipts AS receipt
                                       WHERE receipt.invoice_id = bought.id
                                  ))
                              )
                       )
                       AND NOT EXISTS (
                           SELECT 1
                             FROM linked
                            WHERE linked.number = slip.number
                              AND coalesce(linked.newest > bounced.newest, linked.came_later)
                       )
                       AND (
                           bounced.number IS NOT NULL
                           OR (
                               EXISTS (
                                   SELECT 1
                                     FROM bought
                                    WHERE bought.routing_slip = slip.number
                                      AND bought.is_fee
                               )
                               AND slip.remaining_amount + coalesce(slip.refund_amount, 0) >= -(
                                   SELECT coalesce(sum(bought.total), 0)
                                     FROM bought
                                    WHERE bought.routing_slip = slip.number
                                      AND bought.invoice_status_code IN ('APPROVED', 'CREATED')
                               )
                               AND NOT EXISTS (
                                   SELECT 1
                                     FROM bought AS fee
                                    WHERE fee.routing_slip = slip.number
                                      AND fee.is_fee
                                      AND fee.invoice_status_code = 'CREATED'
                                      AND (
                                          NOT EXISTS (
                                              SELECT 1
                                                FROM invoice_references AS reference
                                               WHERE reference.invoice_id = fee.id
                                                 AND reference.status_code = 'ACTIVE'
                                          )
                                          OR slip.remaining_amount + coalesce(slip.refund_amount, 0) = -(
                                              SELECT coalesce(sum(bought.total), 0)
                                                FROM bought
                                               WHERE bought.routing_slip = slip.number
                                                 AND bought.invoice_status_code IN ('APPROVED', 'CREATED')
                                                 AND NOT bought.is_fee
                                          )
                                      )
                               )
                           )
                       )
                ))
                OR (
                    slip.status IN ('REFUND_AUTHORIZED', 'WRITE_OFF_AUTHORIZED')
                    AND slip.remaining_amount > 0
                )
                OR EXISTS (
                    SELECT 1
                      FROM pay_jobs.operations AS open
                     WHERE open.subject = 'slip ' || slip.number
                       AND open.state NOT IN ('done', 'dropped')
                )
            )
        )
)
SELECT root
  FROM candidate
 GROUP BY root
 ORDER BY min(turn), min(id)
