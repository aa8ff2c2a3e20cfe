-- Choose the partial refunds of what was voided, and lock them; but not one of an invoice of which another part was paid
-- back, or may have been: the payment job sends all parts of an invoice of which one is due.
-- out    id
-- source docs/specs/cgi-ejv-files.md section 7.3, weakness 9
SELECT id
  FROM refunds_partial
 WHERE id IN (SELECT link_id FROM voided WHERE link_type = 'partial_refund')
   AND status = 'REFUND_PROCESSING'
   AND NOT EXISTS (SELECT FROM refunds_partial AS other
                    WHERE other.invoice_id = refunds_partial.invoice_id
                      AND (other.status = 'REFUND_PROCESSED'
                           OR other.status = 'REFUND_PROCESSING'
                          AND other.id NOT IN (SELECT link_id FROM voided WHERE link_type = 'partial_refund')))
 ORDER BY id
   FOR UPDATE
