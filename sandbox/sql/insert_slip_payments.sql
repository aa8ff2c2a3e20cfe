-- Write the deposit behind each routing slip.
-- in     routing_slips, payment_accounts
-- out    one row per slip
-- again  refused by the primary key
INSERT INTO payments (
       id, payment_system_code, payment_method_code, payment_status_code, payment_account_id,
       receipt_number, cheque_receipt_number, paid_amount, payment_date, created_by, is_routing_slip
)
SELECT last.id + slip.id,
       'FAS',
       account.payment_method,
       'COMPLETED',
       account.id,
       slip.number,
       CASE account.payment_method
           WHEN 'CHEQUE' THEN (1000 + pg_temp.dice(slip.id, 'cheque', 9000))::text
           ELSE slip.number
       END,
       slip.total,
       slip.routing_slip_date::timestamp,
       'idir/staff',
       TRUE
  FROM routing_slips AS slip
  JOIN payment_accounts AS account ON account.id = slip.payment_account_id
 CROSS JOIN (SELECT coalesce(max(id), 0) AS id FROM payments) AS last
 ORDER BY slip.id
