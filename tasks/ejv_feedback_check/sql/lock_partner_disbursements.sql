-- Lock the partner disbursements that the lines of a batch name, and those that its links stand for.
-- in     batch
-- out    the number of disbursements
SELECT count(*)
  FROM (SELECT partner.id
          FROM partner_disbursements AS partner
         WHERE partner.id IN (SELECT partner_id FROM feedback_staged)
            OR partner.status_code = 'UPLOADED'
           AND (partner.partner_code, lower(partner.target_type), partner.target_id) IN (
               SELECT header.partner_code, coalesce(link.link_type, 'invoice'), link.link_id
                 FROM ejv_headers AS header
                 JOIN ejv_links AS link
                   ON link.ejv_header_id = header.id
                WHERE header.ejv_file_id = :batch)
         ORDER BY partner.id
           FOR UPDATE OF partner) AS locked
