-- Let the partner disbursements of what was voided wait for the next run; but not one that went out, or was refused, before
-- the batch was made: an older batch has it.
-- in     now (naive UTC)
-- out    name of the table, id, before, after
-- source docs/specs/cgi-ejv-files.md section 5: processed_on is when the row was sent, or answered
WITH old AS (
       SELECT DISTINCT partner.id, partner.status_code AS before
         FROM voided
         JOIN ejv_headers AS header
           ON header.id = voided.journal
         JOIN ejv_files AS batch
           ON batch.id = header.ejv_file_id
         JOIN partner_disbursements AS partner
           ON partner.target_id = voided.link_id
          AND lower(partner.target_type) = voided.link_type
          AND partner.partner_code = voided.partner_code
        WHERE partner.status_code IN ('UPLOADED', 'ERRORED')
          AND coalesce(partner.processed_on >= batch.created_on, true)
     )
UPDATE partner_disbursements AS partner
   SET status_code = 'WAITING_FOR_JOB'
  FROM old
 WHERE partner.id = old.id
   AND partner.status_code IN ('UPLOADED', 'ERRORED')
RETURNING 'partner_disbursements' AS name, partner.id, old.before, partner.status_code AS after
