-- Write one or two lines an invoice; the service fee is on the first and not in the line's total.
-- in     demo_invoices, demo_menu
-- out    one row per line
-- again  refused by the primary key
WITH line AS (
    SELECT id AS invoice_id,
           1 AS place,
           fee_schedule_id,
           service_fee,
           outcome
      FROM demo_invoices
     UNION ALL
    SELECT id,
           2,
           companion_id,
           0,
           outcome
      FROM demo_invoices
     WHERE companion_id IS NOT NULL
)
INSERT INTO payment_line_items (
       id, invoice_id, fee_schedule_id, fee_distribution_id, description, quantity, line_item_status_code,
       filing_fees, priority_fees, future_effective_fees, waived_fees, pst, service_fees, total
)
SELECT row_number() OVER (ORDER BY line.invoice_id, line.place),
       line.invoice_id,
       line.fee_schedule_id,
       menu.distribution_code_id,
       menu.description,
       1,
       CASE WHEN line.outcome = 'DELETED' THEN 'CANCELLED' ELSE 'ACTIVE' END,
       menu.fee,
       0,
       0,
       0,
       0,
       line.service_fee,
       menu.fee
  FROM line
  JOIN demo_menu AS menu ON menu.fee_schedule_id = line.fee_schedule_id AND menu.listed
 ORDER BY line.invoice_id, line.place
