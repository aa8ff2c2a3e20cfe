-- Choose the rows of CFS numbers that PAD settled long ago, all rows of a number together.
-- in     before timestamptz, limit (of numbers), after: the place to go on at
-- out    file_id, line, at, place
-- again  reads only
-- What `verify` holds against rows it holds by number, and by receipt only where money came by other ways than PAD: so
-- what is left of other numbers adds up as before. The rows of a number that has bounced stay, as do rejected rows.
WITH numbers AS (
       SELECT first.target_number, first.file_id
         FROM pay_jobs.settlement_rows AS first
         JOIN pay_jobs.inbound_files AS file
           ON file.id = first.file_id
        WHERE file.applied_on < :before
          AND file.state = 'applied'
          AND first.target_number <> ''
          AND first.file_id >= :after
          AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS other
                           WHERE other.target_number = first.target_number
                             AND (other.file_id, other.line) < (first.file_id, first.line))
          AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS other
                            JOIN pay_jobs.inbound_files AS its
                              ON its.id = other.file_id
                           WHERE other.target_number = first.target_number
                             AND (its.applied_on IS NULL
                                  OR its.applied_on >= :before
                                  OR other.outcome = 'rejected'
                                  OR other.record_type <> 'PADP'
                                  OR other.kind NOT IN ('SETTLE_PAD', 'SKIP')))
          AND NOT EXISTS (SELECT FROM invoice_references AS reference
                            JOIN invoices AS invoice
                              ON invoice.id = reference.invoice_id
                           WHERE reference.invoice_number = first.target_number
                             AND invoice.invoice_status_code IN (<<unfinished>>))
        ORDER BY first.file_id, first.line
        LIMIT :limit
     )
SELECT row.file_id, row.line, file.applied_on AS at, numbers.file_id AS place
  FROM numbers
  JOIN pay_jobs.settlement_rows AS row
    ON row.target_number = numbers.target_number
  JOIN pay_jobs.inbound_files AS file
    ON file.id = row.file_id
