-- Lock the partial refunds that the lines and links of a batch are about.
-- in     batch
-- out    the number of refunds
SELECT count(*)
  FROM (SELECT refund.id
          FROM refunds_partial AS refund
         WHERE refund.id IN (
               SELECT refund_id
                 FROM feedback_staged
                UNION
               SELECT link.link_id
                 FROM ejv_headers AS header
                 JOIN ejv_links AS link
                   ON link.ejv_header_id = header.id
                WHERE header.ejv_file_id = :batch
                  AND link.link_type = 'partial_refund')
         ORDER BY refund.id
           FOR UPDATE OF refund) AS locked
