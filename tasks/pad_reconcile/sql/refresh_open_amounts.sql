-- Look again at what is open of the settled invoices, where credit memos were applied since they were chosen.
-- in     -
-- out    the number of rows
-- again  reads the same receipts and applied credits, gives the same amounts
--
-- The receipts are written from what is kept here: looked at while receipts are inserted, each look would read them all.
UPDATE settled_invoices AS settled
   SET open_amount = unpaid.open_amount
  FROM open_invoices AS unpaid
 WHERE unpaid.invoice_id = settled.invoice_id
   AND EXISTS (SELECT FROM wave_rows WHERE record_type = 'CMAP' AND kind = 'SETTLE_CREDIT')
