-- The CFS profile of a routing slip whose status does not follow the slip's.
-- source docs/specs/routing-slips.md sections 2 and 3: FREEZE is a bounced deposit, or a void with transactions that are
--        kept; INACTIVE a linked child, or a void. LINKED, VOID and NSF are open until the job has worked them
SELECT 'slip ' || slip.number AS row,
       'explain slip ' || slip.number AS next,
       slip.payment_account_id AS account_id,
       coalesce(slip.updated_on, slip.created_on) AS day,
       CASE WHEN deposit.is_gone THEN 'FREEZE or INACTIVE: its deposit bounced or was voided'
            ELSE format('a profile of a slip that is %s and whose deposit is there', slip.status) END AS expected,
       profile.status AS found
  FROM routing_slips AS slip
  JOIN LATERAL (
         SELECT one.status
           FROM cfs_accounts AS one
          WHERE one.account_id = slip.payment_account_id
            AND one.payment_method = 'INTERNAL'
          ORDER BY one.id DESC
          LIMIT 1
       ) AS profile ON true
 CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(one.payment_status_code IN ('FAILED', 'DELETED')), false) AS is_gone,
               count(*) > 0 AS is_known
          FROM payments AS one
         WHERE one.receipt_number = slip.number
           AND one.is_routing_slip
      ) AS deposit
 WHERE deposit.is_known
   AND CASE profile.status
       WHEN 'FREEZE' THEN NOT deposit.is_gone
       WHEN 'INACTIVE' THEN slip.status NOT IN ('LINKED', 'VOID')
       WHEN 'ACTIVE' THEN deposit.is_gone AND slip.parent_number IS NULL
       WHEN 'PENDING' THEN deposit.is_gone
       ELSE true END
