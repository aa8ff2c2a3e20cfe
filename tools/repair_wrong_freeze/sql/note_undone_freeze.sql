-- Note that the freezes of an account were taken back: profiles, debt and fees.
-- in     account_id, fees integer[]: the fee invoices, now timestamptz
-- out    nothing
-- again  the first time stays
UPDATE pay_jobs.bounce_rows AS kept
   SET undone_on = :now
 WHERE kept.undone_on IS NULL
   AND (   kept.pay_table = 'cfs_accounts'
       AND kept.row_id IN (SELECT id FROM cfs_accounts WHERE account_id = :account_id)
        OR kept.pay_table = 'payment_accounts'
       AND kept.row_id = :account_id
        OR kept.was IS NULL
       AND kept.pay_table = 'invoices'
       AND kept.row_id = ANY (CAST(:fees AS bigint[]))
        OR kept.was IS NULL
       AND kept.pay_table = 'payment_line_items'
       AND kept.row_id IN (SELECT id FROM payment_line_items WHERE invoice_id = ANY (CAST(:fees AS bigint[])))
        OR kept.was IS NULL
       AND kept.pay_table = 'non_sufficient_funds'
       AND kept.row_id IN (SELECT id FROM non_sufficient_funds WHERE invoice_id = ANY (CAST(:fees AS bigint[])))
        OR kept.was IS NULL
       AND kept.pay_table = 'invoice_references'
       AND kept.row_id IN (SELECT id FROM invoice_references WHERE invoice_id = ANY (CAST(:fees AS bigint[]))))
