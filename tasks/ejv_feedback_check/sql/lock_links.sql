-- Lock the journals of a batch and their links.
-- in     batch
-- out    the number of links
SELECT count(*)
  FROM (SELECT link.id
          FROM ejv_headers AS header
          JOIN ejv_links AS link
            ON link.ejv_header_id = header.id
         WHERE header.ejv_file_id = :batch
         ORDER BY header.id, link.id
           FOR UPDATE OF header, link) AS locked
