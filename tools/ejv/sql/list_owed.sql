-- List the AP invoice numbers that a batch still owes: none of its lines answered them, and no newer batch holds them.
-- in     batch, file_type, numbers text[] (those of its inbox file)
-- out    number
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 8 step 6. What was refused goes out in a newer batch under the same number;
--        a line that could not be read, or has no IH line with it, answers nothing. The same test is in
--        list_outstanding.sql of EJV_FEEDBACK_CHECK.
SELECT item.number
  FROM unnest(CAST(:numbers AS text[])) AS item (number)
 WHERE NOT EXISTS (SELECT FROM pay_jobs.feedback_batches AS answer
                     JOIN pay_jobs.feedback_lines AS line
                       ON line.file_id = answer.file_id
                      AND line.batch_number = answer.batch_number
                    WHERE answer.batch_number = :batch
                      AND line.subject = item.number
                      AND line.rule NOT IN ('unreadable', 'no_item_header'))
   AND NOT EXISTS (SELECT FROM pay_jobs.cgi_mentions AS mention
                     JOIN pay_jobs.cgi_files AS inbox
                       ON inbox.id = mention.cgi_file_id
                     JOIN ejv_files AS newer
                       ON newer.file_ref = inbox.name
                    WHERE mention.number = item.number
                      AND mention.kind = 'ap'
                      AND inbox.kind = 'inbox'
                      AND newer.file_type = :file_type
                      AND newer.id > :batch)
 ORDER BY item.number
