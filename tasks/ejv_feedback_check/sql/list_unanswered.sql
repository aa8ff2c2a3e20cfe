-- List the links of a batch that are open although its feedback was applied.
-- in     batch, limit
-- out    journal, link_type, link_id, and the number of all
SELECT link.ejv_header_id AS journal, coalesce(link.link_type, 'invoice') AS link_type, link.link_id, count(*) OVER () AS number
  FROM ejv_headers AS header
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
 WHERE header.ejv_file_id = :batch
   AND coalesce(link.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
 ORDER BY link.ejv_header_id, link.id
 LIMIT :limit
