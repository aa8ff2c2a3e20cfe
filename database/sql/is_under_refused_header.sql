-- Whether CGI refused the header of a line of pay_jobs.feedback_lines: that of its batch, or of its journal.
-- in     the alias of the line, in place of the name in braces
-- out    a condition
-- again  reads only
EXISTS (SELECT FROM pay_jobs.feedback_lines AS header
         WHERE header.file_id = {alias}.file_id
           AND header.batch_number = {alias}.batch_number
           AND header.code <> '0000'
           AND (header.record = 'BH' OR header.record = 'JH' AND header.journal = {alias}.journal))
