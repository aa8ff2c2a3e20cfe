-- Tell what there is to know about one account.
-- in     account (auth account id)
-- out    at, what, detail
-- again  reads only
WITH account AS (
       SELECT * FROM payment_accounts WHERE auth_account_id = :account
     )
SELECT at, what, detail
  FROM (
       SELECT CAST(NULL AS timestamp) AS at, 1 AS rank, 'CFS account ' || coalesce(cfs.status, '?') AS what,
              coalesce(cfs.payment_method, '?') || ': party ' || coalesce(cfs.cfs_party, '-') || ', account '
              || coalesce(cfs.cfs_account, '-') || ', site ' || coalesce(cfs.cfs_site, '-') AS detail
         FROM cfs_accounts AS cfs WHERE cfs.account_id IN (SELECT id FROM account)
       UNION ALL
       SELECT account.has_nsf_invoices, 2, 'owes since a payment bounced', '' FROM account
        WHERE account.has_nsf_invoices IS NOT NULL
       UNION ALL
       SELECT account.has_overdue_invoices, 2, 'overdue since', '' FROM account WHERE account.has_overdue_invoices IS NOT NULL
       UNION ALL
       SELECT CAST(setting.from_date AS timestamp), 3, 'statements ' || setting.frequency,
              'to ' || coalesce(CAST(setting.to_date AS text), 'today')
         FROM statement_settings AS setting WHERE setting.payment_account_id IN (SELECT id FROM account)
       UNION ALL
       SELECT NULL, 4, 'invoices ' || invoice.invoice_status_code,
              count(*) || ' by ' || invoice.payment_method_code || ', ' || sum(invoice.total) || ' CAD, oldest '
              || CAST(min(invoice.created_on) AS date)
         FROM invoices AS invoice WHERE invoice.payment_account_id IN (SELECT id FROM account)
        GROUP BY invoice.invoice_status_code, invoice.payment_method_code
       UNION ALL
       SELECT credit.created_on, 5, 'credit open',
              credit.cfs_identifier || ': ' || CAST(credit.remaining_amount AS numeric(19,2)) || ' of '
              || CAST(credit.amount AS numeric(19,2)) || ' CAD'
         FROM credits AS credit WHERE credit.account_id IN (SELECT id FROM account) AND credit.remaining_amount > 0
       UNION ALL
       SELECT payment.payment_date, 6, 'payment FAILED', payment.invoice_number || coalesce(', receipt ' || payment.receipt_number, '')
         FROM payments AS payment
        WHERE payment.payment_account_id IN (SELECT id FROM account) AND payment.payment_status_code = 'FAILED'
       UNION ALL
       SELECT message.created_on AT TIME ZONE 'UTC', 7, 'outbox message made',
              message.channel || ' ' || message.kind || ' (message ' || message.id || '), now ' || message.state
              || coalesce(': ' || message.last_error, '')
         FROM pay_jobs.outbox AS message
        WHERE message.ordering_key IN (SELECT 'account:' || id FROM account)
       ) AS events
 ORDER BY at NULLS FIRST, rank, what, detail
