-- Set the EFT refunds of a voided AP batch back to where the AP job takes them.
-- in     numbers text[], now (naive UTC)
-- out    name of the table, id, before, after
UPDATE eft_refunds AS refund
   SET disbursement_status_code = NULL,
       status                   = CASE refund.status WHEN 'ERRORED' THEN 'APPROVED' ELSE refund.status END,
       updated_on               = :now
  FROM (SELECT id, disbursement_status_code AS before FROM eft_refunds WHERE CAST(id AS text) = ANY (:numbers)) AS old
 WHERE refund.id = old.id
   AND old.before IN ('UPLOADED', 'ACKNOWLEDGED', 'ERRORED')
RETURNING 'eft_refunds' AS name, refund.id, old.before, refund.disbursement_status_code AS after
