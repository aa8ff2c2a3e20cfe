-- List the CFS invoice numbers that our invoices of a time have. Of INTERNAL ones only what a routing slip pays is there.
-- in     since, until timestamp; method, account text or null; after text; most integer; is_sample boolean
-- out    numbers, in order; a sample: always the same ones for the same invoices
-- again  reads only
SELECT reference.invoice_number
  FROM invoice_references AS reference
  JOIN invoices AS invoice ON invoice.id = reference.invoice_id
  LEFT JOIN payment_accounts AS account ON account.id = invoice.payment_account_id
 WHERE reference.invoice_number > :after
   AND reference.status_code IN ('ACTIVE', 'COMPLETED')
   AND invoice.created_on >= :since
   AND invoice.created_on < :until
   AND (invoice.payment_method_code IN ('PAD', 'ONLINE_BANKING', 'EFT', 'CC')
        OR invoice.payment_method_code = 'INTERNAL'
       AND invoice.total > 0
       AND EXISTS (SELECT FROM routing_slips AS slip WHERE slip.number = invoice.routing_slip))
   AND (CAST(:method AS text) IS NULL OR invoice.payment_method_code = :method)
   AND (CAST(:account AS text) IS NULL OR account.auth_account_id = :account)
 GROUP BY reference.invoice_number
 ORDER BY CASE WHEN :is_sample THEN md5(reference.invoice_number) END, reference.invoice_number
 LIMIT :most
