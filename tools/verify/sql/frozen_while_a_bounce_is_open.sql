-- A PAD account that is frozen, or said to owe, without an open bounce, or has one and is not.
-- source docs/specs/cas-settlement-csv.md section 8: open is a bounce while an invoice of its number, or its fee, is not
--        paid. It owes since its fee was made; what was frozen without a fee owes since anytime
SELECT 'account ' || account.id AS row,
       'explain account ' || account.auth_account_id AS next,
       account.id AS account_id,
       account.has_nsf_invoices AS day,
       CASE WHEN open.numbers IS NULL THEN 'not frozen, and nothing owed: no bounce is open'
            ELSE format('frozen, and owing%s: %s bounced', ' since ' || CAST(open.since AS date), open.numbers)
            END AS expected,
       format('profile %s, owing since %s', coalesce(profile.statuses, 'none in use'),
              coalesce(CAST(account.has_nsf_invoices AS text), 'never')) AS found
  FROM payment_accounts AS account
  LEFT JOIN (SELECT account_id,
                    string_agg(status, ', ' ORDER BY id) AS statuses,
                    bool_or(status = 'FREEZE') AS is_frozen
               FROM cfs_accounts
              WHERE payment_method = 'PAD'
                AND status <> 'INACTIVE'
              GROUP BY account_id) AS profile
    ON profile.account_id = account.id
  LEFT JOIN (SELECT owing.payment_account_id,
                    string_agg(DISTINCT bounce.invoice_number, ', ') AS numbers,
                    min(owing.created_on) FILTER (WHERE owing.id = bounce.invoice_id
                                                    AND owing.payment_method_code = 'CC') AS since,
                    max(owing.created_on) FILTER (WHERE owing.id = bounce.invoice_id
                                                    AND owing.payment_method_code = 'CC') AS until
               FROM non_sufficient_funds AS bounce
               JOIN invoice_references AS reference
                 ON reference.invoice_number = bounce.invoice_number
               JOIN invoices AS owing
                 ON owing.id = reference.invoice_id
                AND owing.invoice_status_code IN ('SETTLEMENT_SCHED', 'CREATED')
                AND owing.payment_method_code IN ('PAD', 'CC')
              GROUP BY owing.payment_account_id) AS open
    ON open.payment_account_id = account.id
 WHERE (open.numbers IS NULL AND (profile.is_frozen OR account.has_nsf_invoices IS NOT NULL))
    OR (open.numbers IS NOT NULL
        AND (NOT coalesce(profile.is_frozen, false)
             OR account.has_nsf_invoices IS NULL
             OR open.since IS NOT NULL
                AND account.has_nsf_invoices NOT BETWEEN open.since - interval '1 day' AND open.until + interval '1 day'))
