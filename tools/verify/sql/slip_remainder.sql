-- A routing slip of which another amount is left than its deposits and its children's less what was spent and refunded.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/routing-slips.md sections 1 to 3: a bounced or voided deposit counts no more (its payments FAILED);
--        a void and a linked child have nothing left; a transaction counts while it is APPROVED, CREATED or PAID, less
--        what of it was given back. While the job has not worked a bounce, its deposit is off the balance and not FAILED,
--        be it the first, before which the slip is not frozen, or a later one, after our job linked a deposit;
--        while it has not worked a void, all is left still
SELECT 'slip ' || slip.number AS row,
       'explain slip ' || slip.number AS next,
       slip.payment_account_id AS account_id,
       coalesce(slip.updated_on, slip.created_on) AS day,
       CASE WHEN slip.parent_number IS NOT NULL OR slip.status = 'VOID' THEN '0 left'
            ELSE format('%s left: deposits %s, spent %s, refunded %s', family.deposits - family.spent - family.refunded,
                        family.deposits, family.spent, family.refunded) END AS expected,
       format('%s, %s left', slip.status, slip.remaining_amount) AS found
  FROM routing_slips AS slip
  JOIN (SELECT member.root,
               coalesce(sum(member.total) FILTER (WHERE NOT member.is_gone), 0) AS deposits,
               coalesce(sum(member.refunded), 0) AS refunded,
               coalesce(sum(member.spent), 0) AS spent
          FROM (SELECT place.root, one.total,
                       <<one.taken_out>> AS refunded,
                       EXISTS (SELECT FROM payments AS deposit
                                WHERE deposit.receipt_number = one.number
                                  AND deposit.is_routing_slip
                                  AND deposit.payment_status_code IN ('FAILED', 'DELETED')) AS is_gone,
                       (SELECT sum(CASE invoice.invoice_status_code WHEN 'PAID' THEN invoice.total - coalesce(invoice.refund, 0)
                                                                    ELSE invoice.total END)
                          FROM invoices AS invoice
                         WHERE invoice.routing_slip = one.number
                           AND invoice.payment_method_code = 'INTERNAL'
                           AND invoice.invoice_status_code IN ('APPROVED', 'CREATED', 'PAID')) AS spent
                  FROM routing_slips AS one
                 CROSS JOIN LATERAL (VALUES (one.number), (nullif(one.parent_number, one.number))) AS place (root)
                 WHERE place.root IS NOT NULL
                   AND (CAST(:since AS timestamp) IS NULL
                        OR place.root IN (SELECT number FROM routing_slips
                                           WHERE coalesce(updated_on, created_on) >= :since))) AS member
         GROUP BY member.root) AS family
    ON family.root = slip.number
 WHERE CASE WHEN slip.parent_number IS NOT NULL THEN slip.remaining_amount <> 0
            WHEN slip.status IN ('NSF', 'VOID')
             AND EXISTS (SELECT FROM cfs_accounts AS profile
                          WHERE profile.account_id = slip.payment_account_id
                            AND profile.payment_method = 'INTERNAL'
                            AND profile.status IN ('ACTIVE', 'PENDING')) THEN false
            WHEN slip.status = 'NSF'
             AND 'linked' = (SELECT moved.kind
                               FROM pay_jobs.slip_movements AS moved
                              WHERE moved.slip = slip.number
                                AND moved.kind IN ('bounced', 'linked')
                              ORDER BY moved.id DESC
                              LIMIT 1) THEN false
            WHEN slip.status = 'VOID' THEN slip.remaining_amount <> 0
            ELSE slip.remaining_amount IS DISTINCT FROM family.deposits - family.spent - family.refunded END
