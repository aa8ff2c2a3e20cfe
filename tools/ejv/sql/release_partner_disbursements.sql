-- Let the partner disbursements of what was voided wait for the next run.
-- in     now (naive UTC)
-- out    name of the table, id, before, after
WITH old AS (
       SELECT DISTINCT partner.id, partner.status_code AS before
         FROM voided
         JOIN partner_disbursements AS partner
           ON partner.target_id = voided.link_id
          AND lower(partner.target_type) = voided.link_type
          AND partner.partner_code = voided.partner_code
        WHERE partner.status_code IN ('UPLOADED', 'ERRORED')
     )
UPDATE partner_disbursements AS partner
   SET status_code = 'WAITING_FOR_JOB'
  FROM old
 WHERE partner.id = old.id
   AND partner.status_code IN ('UPLOADED', 'ERRORED')
RETURNING 'partner_disbursements' AS name, partner.id, old.before, partner.status_code AS after
