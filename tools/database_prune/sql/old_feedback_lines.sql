-- Choose the lines of batches that CGI accepted long ago, all lines of a batch together.
-- in     before timestamptz, limit (of batches), after: the place to go on at
-- out    file_id, line, at, place
-- again  reads only
WITH batches AS (
       SELECT part.id, part.file_id, part.batch_number, part.applied_on
         FROM pay_jobs.feedback_batches AS part
         JOIN ejv_files AS batch
           ON batch.id = part.batch_number
        CROSS JOIN LATERAL (
                SELECT count(*) AS links
                  FROM ejv_headers AS journal
                  JOIN ejv_links AS link
                    ON link.ejv_header_id = journal.id
                  LEFT JOIN invoices AS invoice
                    ON invoice.id = link.link_id
                   AND coalesce(link.link_type, 'invoice') = 'invoice'
                 CROSS JOIN LATERAL (
                         SELECT max(newer.created_on) AS last_on
                           FROM ejv_links AS later
                           JOIN ejv_headers AS its
                             ON its.id = later.ejv_header_id
                           JOIN ejv_files AS newer
                             ON newer.id = its.ejv_file_id
                          WHERE later.link_id = link.link_id
                            AND coalesce(later.link_type, 'invoice') = coalesce(link.link_type, 'invoice')
                       ) AS sent
                 WHERE journal.ejv_file_id = batch.id
                   AND (link.disbursement_status_code IS DISTINCT FROM 'COMPLETED'
                        OR invoice.invoice_status_code IN (<<unfinished>>)
                        OR sent.last_on >= CAST(:before AS timestamptz) AT TIME ZONE 'UTC')
              ) AS open
        WHERE part.state = 'applied'
          AND part.applied_on < :before
          AND batch.file_type IN ('PAYMENT', 'DISBURSEMENT')
          AND batch.disbursement_status_code = 'COMPLETED'
          AND coalesce(batch.message, '') NOT LIKE 'Voided%'
          AND NOT EXISTS (SELECT FROM pay_jobs.feedback_batches AS other
                           WHERE other.batch_number = part.batch_number
                             AND other.id <> part.id)
          AND EXISTS (SELECT FROM pay_jobs.feedback_lines AS line
                       WHERE line.file_id = part.file_id
                         AND line.batch_number = part.batch_number)
          AND part.id >= :after
          AND open.links = 0
        ORDER BY part.id
        LIMIT :limit
     )
SELECT line.file_id, line.line, batches.applied_on AS at, batches.id AS place
  FROM batches
  JOIN pay_jobs.feedback_lines AS line
    ON line.file_id = batches.file_id
   AND line.batch_number = batches.batch_number
