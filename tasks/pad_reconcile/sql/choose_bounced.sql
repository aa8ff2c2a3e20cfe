-- Choose what bounced: the PAD profile to freeze and, once per freeze, the fee invoice to make.
-- in     wave is in wave_rows
-- out    temporary table bounced_payments
-- again  reads only; an id is drawn only where a fee is due
-- source docs/specs/cas-settlement-csv.md section 8; hazard 4 of section 10: fee and lock once per freeze
--
-- Pulls are stopped on the profile in use; the fee goes onto the invoice, which is on the site the row names.
CREATE TEMPORARY TABLE bounced_payments ON COMMIT DROP AS
WITH found AS (
       SELECT resolved.file_id, resolved.line, resolved.target_number, resolved.source_number, resolved.source_type,
              resolved.application_date, resolved.amount, resolved.original_amount, resolved.outstanding_amount,
              resolved.customer_account, resolved.reversal_reason, resolved.status, resolved.payment_account_id,
              pad.id AS cfs_account_id, pad.cfs_party, pad.cfs_account, pad.cfs_site,
              pad.status = 'FREEZE' AS was_frozen,
              billed.cfs_party AS billed_party, billed.cfs_account AS billed_account, billed.cfs_site AS billed_site,
              account.auth_account_id,
              row_number() OVER (PARTITION BY resolved.payment_account_id ORDER BY resolved.line) AS nth
         FROM wave_rows AS resolved
         JOIN payment_accounts AS account
           ON account.id = resolved.payment_account_id
         JOIN LATERAL (
                SELECT cfs.*
                  FROM cfs_accounts AS cfs
                 WHERE cfs.account_id = resolved.payment_account_id
                   AND cfs.payment_method = 'PAD'
                   AND cfs.status <> 'INACTIVE'
                   AND cfs.cfs_party <> ''
                   AND cfs.cfs_account <> ''
                   AND cfs.cfs_site <> ''
                 ORDER BY coalesce(cfs.cfs_account = resolved.customer_account, false) DESC, cfs.id DESC
                 LIMIT 1
              ) AS pad ON true
         JOIN LATERAL (
                SELECT cfs.cfs_party, cfs.cfs_account, cfs.cfs_site
                  FROM cfs_accounts AS cfs
                 WHERE cfs.account_id = resolved.payment_account_id
                   AND cfs.cfs_account = resolved.customer_account
                   AND cfs.cfs_party <> ''
                   AND cfs.cfs_site <> ''
                 ORDER BY cfs.id = pad.id DESC, cfs.id DESC
                 LIMIT 1
              ) AS billed ON true
        WHERE resolved.outcome = 'applied'
          AND resolved.kind = 'BOUNCE'
          AND resolved.rule NOT IN ('payment_failed', 'another_receipt')
     )
SELECT found.*,
       nth = 1 AS is_first,
       NOT was_frozen AND nth = 1 AS is_freezing,
       CASE WHEN NOT was_frozen AND nth = 1 THEN CAST(nextval('invoices_id_seq') AS integer) END AS fee_invoice_id
  FROM found
 ORDER BY line
