-- Keep what of each line item was credited.
-- in     parts jsonb, invoice_id, refund_id, now (naive UTC)
-- out    the number of rows
-- again  as for the credit
INSERT INTO refunds_partial (
       payment_line_item_id, invoice_id, refund_type, refund_amount, is_credit, status, created_on, created_by,
       refund_id)
SELECT part.line, :invoice_id, part.kind, part.amount, true, 'REFUND_PROCESSED', :now, 'pay-jobs',
       :refund_id
  FROM jsonb_to_recordset(CAST(:parts AS jsonb)) AS part (line integer, kind text, amount numeric(19,2))
