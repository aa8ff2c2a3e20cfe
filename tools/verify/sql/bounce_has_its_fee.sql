-- A frozen PAD account without the fee of its bounce, or with two that are open.
-- source docs/specs/cas-settlement-csv.md section 8 steps 6 and 8: one fee a freeze, paid by card; a row may name an
--        invoice that bounced as well
SELECT 'account ' || account.id AS row,
       'explain account ' || account.auth_account_id AS next,
       account.id AS account_id,
       account.has_nsf_invoices AS day,
       'one open fee' AS expected,
       format('%s', coalesce(fees.by_card, 0)) AS found
  FROM cfs_accounts AS profile
  JOIN payment_accounts AS account
    ON account.id = profile.account_id
  LEFT JOIN (SELECT fee.payment_account_id, count(*) FILTER (WHERE fee.payment_method_code = 'CC') AS by_card
               FROM non_sufficient_funds AS bounce
               JOIN invoices AS fee
                 ON fee.id = bounce.invoice_id
                AND fee.invoice_status_code NOT IN ('PAID', 'CANCELLED')
              GROUP BY fee.payment_account_id) AS fees
    ON fees.payment_account_id = account.id
 WHERE profile.payment_method = 'PAD'
   AND profile.status = 'FREEZE'
   AND (fees.payment_account_id IS NULL OR fees.by_card > 1)
