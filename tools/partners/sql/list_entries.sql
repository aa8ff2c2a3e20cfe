-- Return the movements of one figure in the month.
-- in     temporary table partner_entries; start (naive UTC), figure
-- out    one row a movement; amount in CAD
SELECT partner, gl, invoice_id, refund_id, amount, moment, source
  FROM partner_entries
 WHERE figure = :figure AND moment >= :start
 ORDER BY partner, gl, moment, invoice_id, refund_id NULLS FIRST, source
