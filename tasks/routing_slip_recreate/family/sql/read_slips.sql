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
       (coalesce(slip.refund_amount, 0) + coalesce(paid.amount, 0))::numeric(19,2) AS refunded
  FROM routing_slips AS slip
  LEFT JOIN LATERAL (
       -- What AP had paid, or was written off, when the next refund took its place.
       SELECT sum(moved.before) AS amount
         FROM pay_jobs.slip_movements AS moved
        WHERE moved.slip = slip.number
          AND moved.kind IN ('refunded', 'written_off')
       ) AS paid ON TRUE
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
