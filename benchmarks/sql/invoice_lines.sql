-- A line for each invoice that has none.
INSERT INTO payment_line_items (invoice_id, filing_fees, fee_schedule_id, line_item_status_code, total, service_fees)
SELECT invoice.id, invoice.total, (SELECT min(fee_schedule_id) FROM fee_schedules), 'ACTIVE', invoice.total, 0
  FROM invoices AS invoice
  LEFT JOIN payment_line_items AS line
    ON line.invoice_id = invoice.id
 WHERE line.id IS NULL
