-- Write on the partner disbursements how they went. A refused line needs attention; where BH or JH refuses all, they wait
-- for the next run.
-- Of a link that no line speaks of, it is the row that was sent between its batch and the next one with such a link.
-- in     now (naive UTC)
-- again  the same values are written
-- source docs/specs/cgi-ejv-files.md section 7.2: reports to partners sum rows by feedback_on; section 5: processed_on is
--        when a row was sent
UPDATE partner_disbursements AS partner
   SET status_code  = CASE WHEN item.is_accepted AND partner.is_reversal THEN 'REVERSED'
                           WHEN item.is_accepted THEN 'COMPLETED'
                           WHEN item.refused_line IS NULL THEN 'WAITING_FOR_JOB'
                           ELSE 'ERRORED' END,
       feedback_on  = CASE WHEN item.is_accepted THEN item.effective_date ELSE partner.feedback_on END,
       processed_on = :now
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND item.rule NOT IN ('settled_before', 'in_newer_batch')
   AND (partner.id = item.partner_id
        OR item.form = 'SILENT'
           AND partner.status_code = 'UPLOADED'
           AND partner.target_id = item.link_id
           AND lower(partner.target_type) = item.link_type
           AND partner.partner_code = item.partner_code
           AND NOT EXISTS (SELECT FROM ejv_headers AS header
                             JOIN ejv_files AS batch
                               ON batch.id = header.ejv_file_id
                            WHERE header.id = item.journal
                              AND partner.processed_on < batch.created_on)
           AND NOT EXISTS (SELECT FROM ejv_headers AS header
                             JOIN ejv_links AS later
                               ON later.link_id = item.link_id
                              AND coalesce(later.link_type, 'invoice') = item.link_type
                             JOIN ejv_headers AS other
                               ON other.id = later.ejv_header_id
                             JOIN ejv_files AS newer
                               ON newer.id = other.ejv_file_id
                              AND newer.id > header.ejv_file_id
                              AND newer.file_type = 'DISBURSEMENT'
                            WHERE header.id = item.journal
                              AND partner.processed_on >= newer.created_on))
