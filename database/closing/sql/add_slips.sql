-- slips.*: what moved routing slips: their deposits, beside the cheques and cash of each; what was spent and taken back, by
-- the day of the transaction and of the request; and what our job did to them, as it noted it.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
-- source the cheques of a deposit that was corrected since are what they are now, less the corrections
INSERT INTO closing_rows
WITH asked_back AS MATERIALIZED (
       SELECT invoice_id, at, origin
         FROM closing_given_up
        WHERE origin LIKE 'refunds %'
          AND at >= :since
          AND at < :until
     )
SELECT figure.name, [[slip.created_on]], slip.method, figure.item, slip.number, figure.key, figure.amount, figure.origin
  FROM closing_slips AS slip
 CROSS JOIN LATERAL (
        SELECT CAST(sum(one.paid_amount) AS numeric(19,2)) - (slip.deposit - slip.first_deposit)
                 - CASE WHEN slip.status = 'CORRECTION' THEN slip.total - slip.deposit ELSE 0 END AS amount,
               min(one.id) AS id
          FROM payments AS one
         WHERE one.receipt_number = slip.number
           AND one.is_routing_slip) AS cheques
 CROSS JOIN LATERAL (VALUES
       ('slips.deposited', slip.id, 'slip ' || slip.number, slip.first_deposit, 'routing_slips ' || slip.id),
       ('slips.cheques', CAST(NULL AS integer), 'payment ' || cheques.id, cheques.amount, 'payments ' || cheques.id))
    AS figure (name, item, key, amount, origin)
 WHERE slip.created_on >= :since
   AND slip.created_on < :until
   AND figure.amount IS NOT NULL
 UNION ALL
SELECT figure.name, [[invoice.created_on]], slip.method, slip.id, slip.number, 'invoice ' || invoice.id, invoice.total,
       'invoices ' || invoice.id
  FROM closing_slips AS slip
  JOIN invoices AS invoice
    ON invoice.routing_slip = slip.number
   AND invoice.payment_method_code = 'INTERNAL'
 CROSS JOIN LATERAL (
        SELECT CASE WHEN <<invoice.is_nsf_fee>> THEN 'slips.fees' ELSE 'slips.spent' END AS name) AS figure
 WHERE invoice.created_on >= :since
   AND invoice.created_on < :until
 UNION ALL
SELECT 'slips.taken_back', [[asked_back.at]], slip.method, slip.id, slip.number, 'invoice ' || invoice.id, invoice.total,
       asked_back.origin
  FROM closing_slips AS slip
  JOIN invoices AS invoice
    ON invoice.routing_slip = slip.number
   AND invoice.payment_method_code = 'INTERNAL'
  JOIN asked_back
    ON asked_back.invoice_id = invoice.id
 UNION ALL
SELECT 'slips.corrected', [[corrected.at]], slip.method, slip.id, slip.number, 'slip ' || slip.number, corrected.change,
       'slip_movements ' || corrected.id
  FROM closing_corrections AS corrected
  JOIN closing_slips AS slip
    ON slip.number = corrected.slip
 WHERE corrected.kind = 'corrected'
   AND corrected.at >= :since
   AND corrected.at < :until
 UNION ALL
SELECT 'slips.' || moved.kind, [[moved.at]], slip.method, slip.id, slip.number, 'slip ' || slip.number, moved.amount,
       'slip_movements ' || moved.id
  FROM (SELECT noted.id, noted.slip, noted.kind, noted.moved_on AT TIME ZONE 'UTC' AS at,
               CASE WHEN noted.kind = 'linked' THEN noted.amount ELSE -noted.amount END AS amount
          FROM pay_jobs.slip_movements AS noted
         WHERE noted.kind NOT IN ('deposited', 'corrected')
           AND noted.moved_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
           AND noted.moved_on < CAST(:until AS timestamp) AT TIME ZONE 'UTC') AS moved
  JOIN closing_slips AS slip
    ON slip.number = moved.slip
