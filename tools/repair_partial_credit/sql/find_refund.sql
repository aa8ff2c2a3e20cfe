-- Find the refund that stands for a partial credit.
-- in     id (null: none)
-- out    one row at most
-- again  reads only
SELECT id FROM refunds WHERE id = CAST(:id AS integer)
