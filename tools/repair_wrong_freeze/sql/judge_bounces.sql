-- Judge which bounces of an account can be taken back: all that they changed must be as they left it. The bounces that
-- changed one payment, as those of its several receipts do, are taken back together, or none of them. A payment does not
-- come back beside what has paid its number since.
-- in     account_id; files bigint[], lines integer[]: those that are asked for, by place
-- out    file_id, line, number; party, account, site: where CFS has the invoice; why: NULL where it can be taken back;
--        needs_others: whether it can be once the others of its payment are asked for as well
-- again  reads only
WITH bounces AS (
       SELECT kept.file_id, kept.line, file.name AS file, payment.id AS payment_id, payment.payment_status_code,
              payment.receipt_number, kept.was IS NOT NULL AS was_there, line.target_number AS number,
              line.customer_account,
              bool_or(payment.receipt_number IS NOT DISTINCT FROM line.source_number
                      OR kept.was ->> 'payment_status_code' = 'FAILED'
                     AND kept.was ->> 'receipt_number' IS NOT DISTINCT FROM payment.receipt_number) OVER of_payment
                AS is_as_left,
              min(file.name) FILTER (WHERE asked.line IS NULL) OVER of_payment AS missing_file
         FROM pay_jobs.bounce_rows AS kept
         JOIN pay_jobs.inbound_files AS file
           ON file.id = kept.file_id
         JOIN payments AS payment
           ON payment.id = kept.row_id
          AND payment.payment_account_id = :account_id
         JOIN pay_jobs.settlement_rows AS line
           ON line.file_id = kept.file_id
          AND line.line    = kept.line
         LEFT JOIN unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS asked (file_id, line)
           ON asked.file_id = kept.file_id
          AND asked.line    = kept.line
        WHERE kept.pay_table = 'payments'
          AND kept.undone_on IS NULL
          AND (line.rule = 'another_receipt' OR kept.was ->> 'payment_status_code' IS DISTINCT FROM 'FAILED')
       WINDOW of_payment AS (PARTITION BY payment.id)
     ),
     judged AS (
       SELECT bounces.file_id,
              bounces.line,
              bounces.payment_id,
              bounces.number,
              bounces.missing_file,
              coalesce(billed.cfs_party, '') AS party,
              coalesce(billed.cfs_account, '') AS account,
              coalesce(billed.cfs_site, '') AS site,
              CASE
              WHEN payment_status_code NOT IN ('FAILED', 'DELETED') OR NOT is_as_left
              THEN 'its payment is ' || payment_status_code || ' under receipt ' || coalesce(receipt_number, '(none)')
              WHEN changed.story IS NOT NULL THEN changed.story
              WHEN was_there
               AND NOT EXISTS (SELECT FROM invoice_references AS reference
                                 JOIN invoices AS invoice
                                   ON invoice.id = reference.invoice_id
                                  AND invoice.payment_method_code <> 'CC'
                                WHERE reference.invoice_number = bounces.number
                                  AND reference.status_code = 'ACTIVE')
              THEN 'its number is no longer open'
              WHEN again.file IS NOT NULL THEN 'it bounced again, in file ' || again.file
              END AS why
         FROM bounces
         LEFT JOIN LATERAL (
                SELECT cfs.cfs_party, cfs.cfs_account, cfs.cfs_site
                  FROM cfs_accounts AS cfs
                 WHERE cfs.account_id  = :account_id
                   AND cfs.cfs_account = bounces.customer_account
                   AND cfs.cfs_party <> ''
                   AND cfs.cfs_site <> ''
                 ORDER BY cfs.status <> 'INACTIVE' DESC,
                          cfs.id DESC
                 LIMIT 1
              ) AS billed ON true
         LEFT JOIN LATERAL (
                SELECT min(CASE
                           WHEN kept.pay_table = 'invoices'
                            AND (invoice.invoice_status_code <> CASE WHEN kept.was ->> 'invoice_status_code' IN (<<final>>)
                                                                     THEN kept.was ->> 'invoice_status_code'
                                                                     ELSE 'SETTLEMENT_SCHED' END
                                 OR invoice.paid <> 0)
                           THEN 'invoice ' || invoice.id || ' is ' || invoice.invoice_status_code || ', '
                                || coalesce(invoice.paid, 0) || ' CAD paid'
                           WHEN kept.pay_table = 'invoice_references' AND reference.status_code <> 'ACTIVE'
                           THEN 'invoice ' || reference.invoice_id || ' has its number no longer open'
                           END) AS story
                  FROM pay_jobs.bounce_rows AS kept
                  LEFT JOIN invoices AS invoice
                    ON invoice.id = kept.row_id
                   AND kept.pay_table = 'invoices'
                  LEFT JOIN invoice_references AS reference
                    ON reference.id = kept.row_id
                   AND kept.pay_table = 'invoice_references'
                 WHERE kept.file_id = bounces.file_id
                   AND kept.line    = bounces.line
                   AND kept.was IS NOT NULL
              ) AS changed ON true
         LEFT JOIN LATERAL (
                SELECT later.file
                  FROM bounces AS later
                 WHERE later.number = bounces.number
                   AND later.payment_id <> bounces.payment_id
                   AND (later.file_id, later.line) > (bounces.file_id, bounces.line)
                   AND NOT EXISTS (SELECT FROM bounces AS same
                                    WHERE same.file_id    = later.file_id
                                      AND same.line       = later.line
                                      AND same.payment_id = bounces.payment_id)
                 ORDER BY later.file_id
                 LIMIT 1
              ) AS again ON true
     ),
     of_lines AS (
       SELECT file_id, line, payment_id, number, missing_file, party, account, site, min(why) OVER of_line AS why
         FROM judged
       WINDOW of_line AS (PARTITION BY file_id, line)
     ),
     together AS (
       SELECT of_lines.*, min(why) OVER of_payment AS why_of_another
         FROM of_lines
       WINDOW of_payment AS (PARTITION BY payment_id)
     )
SELECT DISTINCT ON (file_id, line)
       file_id,
       line,
       number,
       party,
       account,
       site,
       coalesce(why, why_of_another, 'another receipt of its payment bounced as well, in file ' || missing_file
                                     || ': take both back by the account') AS why,
       missing_file IS NOT NULL AND why_of_another IS NULL AS needs_others
  FROM together
 ORDER BY file_id,
          line,
          why_of_another,
          missing_file
