-- Count the links of a batch by status.
-- in     batch
-- out    status ('none' where there is none), number, example: the lowest id
-- again  reads only
SELECT coalesce(link.disbursement_status_code, 'none') AS status, count(*) AS number, min(link.id) AS example
  FROM ejv_headers AS header
  JOIN ejv_links AS link ON link.ejv_header_id = header.id
 WHERE header.ejv_file_id = :batch
 GROUP BY 1
