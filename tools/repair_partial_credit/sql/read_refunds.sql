-- Read the refunds of an invoice that are asked for, decided on or done; a statement of its own, after the invoice is
-- locked: a refund that was written while we waited for the lock is seen.
-- in     invoice_id, own (null: none; the refund that stands for this credit)
-- out    one row a refund
-- again  reads only
-- source docs/specs/invoice-lifecycle.md section 1.2
SELECT id, status, requested_by, requested_date
  FROM refunds
 WHERE invoice_id = :invoice_id
   AND status IN ('PENDING_APPROVAL', 'APPROVAL_NOT_REQUIRED', 'APPROVED')
   AND id IS DISTINCT FROM CAST(:own AS integer)
 ORDER BY id
