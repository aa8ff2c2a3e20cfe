-- Write the routing slips: each holds what its invoices took and what is left; a parent holds its child's money too.
-- One whose void is done (its CFS account is INACTIVE) has the next version.
-- in     demo_slips, demo_invoices
-- out    one row per slip
-- again  refused by the primary key
WITH balance AS (
    SELECT slip.*,
           coalesce(sum(bought.total), 0) AS used,
           CASE WHEN slip.status = 'COMPLETE' THEN 0 ELSE 10 + 5 * pg_temp.dice(slip.id, 'slip rest', 60) END
               AS rest
      FROM demo_slips AS slip
      LEFT JOIN demo_invoices AS bought ON bought.slip_number = slip.number
     GROUP BY slip.id, slip.account_id, slip.serial, slip.slip_date, slip.status, slip.number, slip.parent_number
)
INSERT INTO routing_slips (
       id, number, payment_account_id, status, total, remaining_amount, refund_amount,
       parent_number, cas_version_suffix, routing_slip_date,
       contact_name, street, city, region, postal_code, country,
       created_on, created_by, created_name
)
SELECT slip.id,
       slip.number,
       slip.account_id,
       slip.status,
       slip.used + slip.rest,
       CASE
           WHEN slip.status IN ('LINKED', 'VOID', 'REFUND_UPLOADED') THEN 0
           WHEN slip.status = 'NSF' THEN -slip.used
           ELSE slip.rest + coalesce(child.rest, 0)
       END,
       CASE WHEN slip.status = 'REFUND_UPLOADED' THEN slip.rest END,
       slip.parent_number,
       CASE WHEN slip.status = 'VOID' AND mod(slip.id / 12, 2) = 0 THEN 2 ELSE 1 END,
       slip.slip_date,
       account.name,
       100 + pg_temp.dice(slip.id, 'house', 9000) || ' ' || pg_temp.pick(slip.id, 'street', %(surnames)s) || ' ST',
       upper(pg_temp.pick(slip.id, 'place', %(places)s)),
       'BC',
       'V8V0A' || mod(slip.id, 10),
       'CA',
       slip.slip_date + time '18:30',
       'idir/staff',
       'Counter Staff'
  FROM balance AS slip
  JOIN payment_accounts AS account ON account.id = slip.account_id
  LEFT JOIN balance AS child ON child.parent_number = slip.number
 ORDER BY slip.id
