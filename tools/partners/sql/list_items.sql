-- Return what the accounts began and ended with, an invoice or partial refund a row.
-- in     temporary table partner_items
-- out    one row an invoice or partial refund that has a balance, in CAD, at either end
SELECT partner, gl, invoice_id, refund_id, start_balance, end_balance, part, batch, last_on
  FROM partner_items
 WHERE start_balance <> 0 OR end_balance <> 0
 ORDER BY partner, gl, invoice_id, refund_id NULLS FIRST
