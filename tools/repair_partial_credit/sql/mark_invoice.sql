-- Note on the invoice what was credited; its status stays.
-- in     id, amount, now (naive UTC)
-- out    the number of rows
-- again  as for the credit
UPDATE invoices
   SET refund      = coalesce(refund, 0) + :amount,
       refund_date = :now,
       updated_on  = :now
 WHERE id = :id
