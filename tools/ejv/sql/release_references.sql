-- Cancel the active references of what was voided, so that the next run of the payment job takes it.
-- in     -
-- out    name of the table, id, before, after
UPDATE invoice_references AS reference
   SET status_code = 'CANCELLED'
  FROM voided
 WHERE reference.invoice_id = voided.invoice_id
   AND reference.status_code = 'ACTIVE'
RETURNING 'invoice_references' AS name, reference.id, 'ACTIVE' AS before, reference.status_code AS after
