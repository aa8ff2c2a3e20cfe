-- Set the EFT refunds of a voided AP batch that still wait back to where the AP job takes them.
-- in     numbers text[] (those that the batch still owes: list_owed.sql), now (naive UTC)
-- out    name of the table, id, before, after
UPDATE eft_refunds AS refund
   SET disbursement_status_code = NULL,
       updated_on               = :now,
       updated_by               = NULL,
       updated_name             = NULL
  FROM (SELECT id, disbursement_status_code AS before FROM eft_refunds WHERE CAST(id AS text) = ANY (:numbers)) AS old
 WHERE refund.id = old.id
   AND refund.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
RETURNING 'eft_refunds' AS name, refund.id, old.before, refund.disbursement_status_code AS after
