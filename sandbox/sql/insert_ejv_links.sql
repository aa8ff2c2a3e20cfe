-- Link each journal to its invoices.
-- in     demo_invoices, ejv_headers
-- out    one row per invoice sent
-- again  refused by the primary key
INSERT INTO ejv_links (id, ejv_header_id, link_id, link_type, sequence, disbursement_status_code, message)
SELECT row_number() OVER (ORDER BY journal.id, bought.id),
       journal.id,
       bought.id,
       'invoice',
       row_number() OVER (PARTITION BY journal.id ORDER BY bought.id),
       CASE
           WHEN bought.outcome = 'REJECTED' THEN 'ERRORED'
           WHEN bought.outcome = 'WAITING' THEN 'UPLOADED'
           ELSE 'COMPLETED'
       END,
       CASE WHEN bought.outcome = 'REJECTED' THEN 'The responsibility centre is not open for posting.' END
  FROM demo_invoices AS bought
  JOIN ejv_headers AS journal
    ON journal.ejv_file_id = bought.ejv_file_id
   AND journal.payment_account_id = bought.account_id
 ORDER BY journal.id, bought.id
