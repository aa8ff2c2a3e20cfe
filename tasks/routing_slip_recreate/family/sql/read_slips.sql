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
       (moved.ours + CASE WHEN lost.voided = 0 THEN coalesce(slip.refund_amount, 0) + moved.not_ours
                          ELSE 0 END)::numeric(19,2) AS taken_out
  FROM routing_slips AS slip
 CROSS JOIN (
       SELECT coalesce(max(id) FILTER (WHERE kind = 'bounced'), 0) AS bounced,
              coalesce(max(id) FILTER (WHERE kind = 'voided'), 0)  AS voided
         FROM pay_jobs.slip_movements
        WHERE slip = :root
       ) AS lost
 CROSS JOIN LATERAL (
       -- A void forgets what was taken out before it, a bounce what was written off. `before` is what AP had paid, or
       -- was written off, when the next refund took its place in refund_amount.
       SELECT coalesce(-sum(moved.amount) FILTER (
                  WHERE moved.id > lost.voided
                    AND (moved.kind = 'refunded' OR moved.id > lost.bounced)), 0) AS ours,
              coalesce(sum(coalesce(moved.before, 0) + moved.amount), 0) AS not_ours
         FROM pay_jobs.slip_movements AS moved
        WHERE moved.slip = slip.number
          AND moved.kind IN ('refunded', 'written_off')
       ) AS moved
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
