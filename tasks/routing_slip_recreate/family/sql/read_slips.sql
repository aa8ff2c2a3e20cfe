-- Read a slip and its children, the parent first.
-- in     root
-- out    one row a slip
-- again  reads only
SELECT slip.number,
       slip.status,
       slip.total::numeric(19,2)            AS total,
       slip.remaining_amount::numeric(19,2) AS remaining,
       slip.parent_number,
       coalesce(slip.cas_version_suffix, 1) AS version,
       slip.routing_slip_date,
       slip.payment_account_id,
       slip.cas_mismatch,
       (SELECT count(*)
          FROM invoices AS invoice
         WHERE invoice.routing_slip = slip.number
           AND invoice.payment_method_code = 'INTERNAL'
           AND invoice.total = 0) AS free,
       EXISTS (SELECT FROM payments AS deposit
                WHERE deposit.receipt_number = slip.number
                  AND deposit.is_routing_slip
                  AND deposit.payment_status_code IN ('FAILED', 'DELETED')) AS is_lost,
       (coalesce(slip.refund_amount, 0) + moved.replaced - moved.forgotten)::numeric(19,2) AS taken_out
  FROM routing_slips AS slip
 CROSS JOIN (
       SELECT max(id) AS id
         FROM pay_jobs.slip_movements
        WHERE slip = :root
          AND kind = 'bounced'
       ) AS bounce
 CROSS JOIN LATERAL (
       -- `before` is what AP had paid, or was written off, when the next refund took its place in refund_amount. What was
       -- written off of a deposit that bounced later counts no more.
       SELECT coalesce(sum(moved.before), 0) AS replaced,
              coalesce(-sum(moved.amount) FILTER (WHERE moved.kind = 'written_off' AND moved.id < bounce.id), 0) AS forgotten
         FROM pay_jobs.slip_movements AS moved
        WHERE moved.slip = slip.number
          AND moved.kind IN ('refunded', 'written_off')
       ) AS moved
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
