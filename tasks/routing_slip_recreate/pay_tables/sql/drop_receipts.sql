-- Forget the receipts of some invoices: CFS has nothing applied to them any more.
-- in     invoice_ids int[]
-- out    nothing
-- again  there is nothing left to forget
DELETE FROM receipts
 WHERE invoice_id = ANY(:invoice_ids)
