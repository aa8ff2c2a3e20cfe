-- Whether a partner batch sent a row of partner_disbursements that has not been answered: after the batch was made, and
-- before the next one that has the same thing.
-- in     the alias of the row, in place of the name in braces; `batch`, a row of ejv_files
-- out    a condition
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 5: processed_on is when a row was sent; section 5.1: one thing has several rows
(coalesce({alias}.processed_on >= batch.created_on, true)
 AND NOT EXISTS (SELECT FROM ejv_links AS link
                   JOIN ejv_headers AS header
                     ON header.id = link.ejv_header_id
                   JOIN ejv_files AS newer
                     ON newer.id = header.ejv_file_id
                    AND newer.id > batch.id
                    AND newer.file_type = 'DISBURSEMENT'
                    AND coalesce({alias}.processed_on >= newer.created_on, true)
                  WHERE link.link_id = {alias}.target_id
                    AND coalesce(link.link_type, 'invoice') = lower({alias}.target_type)))
