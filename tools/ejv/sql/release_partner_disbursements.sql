-- Let the partner disbursements that a batch sent wait for the next run, also beside a newer batch that has another row of
-- the same thing. What was refused is at CGI nowhere: it waits unless that was before the batch was made.
-- in     batch
-- out    name of the table, id, before, after
-- source docs/specs/cgi-ejv-files.md section 5: processed_on is when a row was sent, and once it is refused, when that was
WITH old AS (
       SELECT DISTINCT partner.id, partner.status_code AS before
         FROM ejv_files AS batch
         JOIN ejv_headers AS header
           ON header.ejv_file_id = batch.id
         JOIN ejv_links AS link
           ON link.ejv_header_id = header.id
          AND coalesce(link.disbursement_status_code, '') <> 'COMPLETED'
         JOIN partner_disbursements AS partner
           ON partner.target_id = link.link_id
          AND lower(partner.target_type) = coalesce(link.link_type, 'invoice')
          AND partner.partner_code = header.partner_code
        WHERE batch.id = :batch
          AND (   partner.status_code = 'UPLOADED'
              AND <<partner.was_sent_in_batch>>
               OR partner.status_code = 'ERRORED'
              AND coalesce(partner.processed_on >= batch.created_on, true))
     )
UPDATE partner_disbursements AS partner
   SET status_code = 'WAITING_FOR_JOB'
  FROM old
 WHERE partner.id = old.id
   AND partner.status_code IN ('UPLOADED', 'ERRORED')
RETURNING 'partner_disbursements' AS name, partner.id, old.before, partner.status_code AS after
