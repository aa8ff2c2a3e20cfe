-- Take back the refund of a partial credit that CFS did not make; the API does the same with a request that fails.
-- in     id (null: none)
-- out    the number of rows
-- again  deletes nothing
DELETE FROM refunds AS refund
 WHERE id = CAST(:id AS integer)
   AND status = 'APPROVAL_NOT_REQUIRED'
   AND NOT EXISTS (SELECT FROM refunds_partial AS part WHERE part.refund_id = refund.id)
