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
       coalesce(moved.since, 0)::numeric(19,2) AS refunded,
       (CASE WHEN lost.id = 0
             THEN coalesce(slip.refund_amount, 0) + coalesce(moved.replaced, 0) - coalesce(moved.amount, 0)
             ELSE 0 END)::numeric(19,2) AS refunded_elsewhere
  FROM routing_slips AS slip
 CROSS JOIN (
       -- The last time that the deposits of this family were lost.
       SELECT coalesce(max(id), 0) AS id
         FROM pay_jobs.slip_movements
        WHERE slip = :root
          AND kind IN ('bounced', 'voided')
       ) AS lost
 CROSS JOIN LATERAL (
       -- `before` is what AP had paid, or was written off, when the next refund took its place in refund_amount.
       SELECT -sum(moved.amount) AS amount,
              -sum(moved.amount) FILTER (WHERE moved.id > lost.id) AS since,
              sum(moved.before) AS replaced
         FROM pay_jobs.slip_movements AS moved
        WHERE moved.slip = slip.number
          AND moved.kind IN ('refunded', 'written_off')
       ) AS moved
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
