-- Look again at what is open of the settled invoices, where credit memos were applied since they were chosen.
-- in     -
-- out    the number of rows
-- again  reads the same receipts and applied credits, gives the same amounts
--
-- The receipts are written from what is kept here: looked at while receipts are inserted, each look would read them all.
UPDATE settled_invoices AS settled
   SET open_amount = looked_at.open_amount,
       open_before = looked_at.open_before
  FROM (SELECT chosen.reference_id, unpaid.open_amount,
               sum(unpaid.open_amount) OVER (PARTITION BY chosen.target_number ORDER BY chosen.invoice_id)
                 - unpaid.open_amount AS open_before
          FROM settled_invoices AS chosen
          JOIN open_invoices AS unpaid
            ON unpaid.reference_id = chosen.reference_id) AS looked_at
 WHERE looked_at.reference_id = settled.reference_id
