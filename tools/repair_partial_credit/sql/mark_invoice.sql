-- Note on the invoice what was credited; its status stays.
-- in     id, amount, now (naive UTC)
-- out    the number of rows
-- again  as for the credit
UPDATE invoices
   SET refund       = coalesce(refund, 0) + :amount,
       refund_date  = :now,
       updated_on   = :now,
       updated_by   = NULL,
       updated_name = NULL
 WHERE id = :id
