-- Choose what a batch holds that was not accepted, once: a later batch may have taken it up already.
-- in     batch
-- out    temporary table voided: journal, link_type, link_id, invoice_id
-- again  things with a link in a newer batch are left out
CREATE TEMPORARY TABLE voided ON COMMIT DROP AS
SELECT DISTINCT header.id AS journal, coalesce(link.link_type, 'invoice') AS link_type, link.link_id, header.partner_code,
       CASE coalesce(link.link_type, 'invoice') WHEN 'invoice' THEN link.link_id END AS invoice_id
  FROM ejv_headers AS header
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
 WHERE header.ejv_file_id = :batch
   AND coalesce(link.disbursement_status_code, '') <> 'COMPLETED'
   AND NOT EXISTS (SELECT FROM ejv_links AS newer
                     JOIN ejv_headers AS other
                       ON other.id = newer.ejv_header_id
                     JOIN ejv_files AS theirs
                       ON theirs.id = other.ejv_file_id
                     JOIN ejv_files AS mine
                       ON mine.id = :batch
                    WHERE newer.link_id = link.link_id
                      AND coalesce(newer.link_type, 'invoice') = coalesce(link.link_type, 'invoice')
                      AND theirs.file_type = mine.file_type
                      AND theirs.id > mine.id)
