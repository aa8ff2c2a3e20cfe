-- Decide what becomes of each row of one wave, from the row's kind and what the database holds now. What depends on
-- other rows of the wave is settled afterwards (settle_repeats.sql).
-- in     wave
-- out    the number of rows that are in settlement_work now, with outcome, rule, detail and payment account
-- again  a row whose effect is already there resolves to already_applied
-- source docs/specs/cas-settlement-csv.md sections 5, 7, 8 (steps 1 to 3), 9 and 10 (hazards 1, 4, 5)
--
-- What a row needs of large tables is looked up row by row: as joins, their sizes were guessed too low, and the time
-- grew with the product of the tables.
--
-- A PAID row that is no newer than the bounce of its number is late: the number stays bounced. A number that was paid
-- again by PAD after a bounce can bounce again. A bounce that is older than the payment, and of another receipt, is
-- late as well, and is rejected. A bounce that was taken back counts as never noted. One that was noted has done nothing
-- yet where its number is open and its payment is completed still, or is none at all; beside a failed payment that of
-- another bank receipt stays completed. Another receipt of a number that bounced, which the first bounce left on its
-- invoices or which paid it by a payment of its own, can bounce too; so can any, also by a further line, where its row
-- leaves less paid than the failed payment keeps; not by a further line with the fee in its balance, which is over the
-- original amount then. Once they are settled it is rejected, unless PAD paid the number again by the row's day or by its
-- receipt, and its bounce is not noted: a second fee would be taken for the first. A bounce that names no receipt is of
-- the one that its payment bears.
--
-- Money for a number that is settled already (came_late) is known where a receipt or payment of the service before us
-- bears its number (the payment of a bank receipt for several numbers bears none), is booked where the settled invoices
-- have room for it, is known where we booked as much of its receipt, and else is rejected. What was booked before us, and
-- whose payment we wrote, is ours. A PAD row for a number that was paid by card as well is money that came twice: it is
-- rejected, however much is open. This is looked at last, for the rows that need it; the verdict has the open amount
-- behind it.
WITH staged AS NOT MATERIALIZED (
       SELECT *
         FROM settlement_staged
        WHERE wave = :wave
     ),
     applied_before AS MATERIALIZED (
       SELECT target_number, source_number, content_hash, amount
         FROM settlement_work
        WHERE outcome = 'applied'
           OR rule = 'payment_written'
     ),
     numbers AS (
       SELECT known.invoice_number,
              count(*) FILTER (WHERE status_code = 'ACTIVE') AS active,
              count(*) FILTER (WHERE status_code = 'COMPLETED') AS completed,
              coalesce(bool_or(payment_method_code = 'CC') FILTER (WHERE status_code = 'ACTIVE'), false) AS shares_card,
              min(cfs_account) FILTER (WHERE status_code = 'ACTIVE') AS lowest_account,
              max(cfs_account) FILTER (WHERE status_code = 'ACTIVE') AS highest_account,
              min(cfs_account) FILTER (WHERE status_code = 'COMPLETED' AND payment_method_code <> 'CC')
                AS lowest_paid_account,
              max(cfs_account) FILTER (WHERE status_code = 'COMPLETED' AND payment_method_code <> 'CC')
                AS highest_paid_account,
              min(payment_account_id) FILTER (WHERE status_code <> 'CANCELLED') AS payment_account_id,
              max(payment_account_id) FILTER (WHERE status_code <> 'CANCELLED') AS highest_payment_account,
              coalesce(bool_or(status_code = 'CANCELLED' AND EXISTS (
                SELECT FROM invoice_references AS replacement
                 WHERE replacement.invoice_id = known.invoice_id
                   AND (replacement.is_consolidated OR replacement.invoice_number LIKE '%-C')
                   AND replacement.status_code = 'COMPLETED')), false) AS paid_by_card
         FROM settlement_references AS known
        GROUP BY known.invoice_number
     ),
     pad_payments AS (
       SELECT invoice_number,
              count(*) FILTER (WHERE payment_status_code = 'FAILED') AS failed,
              max(payment_date) FILTER (WHERE payment_status_code = 'FAILED') AS failed_on,
              max(paid_amount) FILTER (WHERE payment_status_code = 'FAILED'
                                         AND payment_method_code NOT IN ('CC', 'DIRECT_PAY')) AS kept,
              max(payment_date) FILTER (WHERE payment_status_code = 'COMPLETED'
                                          AND payment_method_code = 'PAD') AS completed_on,
              max(payment_date) FILTER (WHERE payment_status_code = 'COMPLETED') AS paid_on,
              array_agg(coalesce(receipt_number, '')) FILTER (WHERE payment_status_code = 'COMPLETED') AS paid_by,
              array_agg(coalesce(receipt_number, '')) FILTER (
                WHERE payment_status_code IN ('FAILED', 'DELETED')
                  AND payment_method_code NOT IN ('CC', 'DIRECT_PAY')) AS failed_by,
              count(*) FILTER (WHERE payment_status_code = 'COMPLETED'
                                 AND payment_method_code NOT IN ('CC', 'DIRECT_PAY')) AS not_by_card,
              (array_agg(receipt_number ORDER BY payment_method_code = 'PAD' DESC, id DESC) FILTER (
                WHERE payment_status_code = 'COMPLETED'
                  AND payment_method_code NOT IN ('CC', 'DIRECT_PAY')))[1] AS last_receipt,
              min(receipt_number) FILTER (WHERE payment_status_code = 'COMPLETED'
                                            AND payment_method_code IN ('CC', 'DIRECT_PAY')) AS card_receipt,
              coalesce(bool_or(payment_status_code = 'COMPLETED'
                               AND payment_method_code IN ('CC', 'DIRECT_PAY')), false) AS by_card
         FROM payments
        WHERE invoice_number IN (SELECT target_number FROM staged WHERE kind IN ('SETTLE_PAD', 'BOUNCE'))
        GROUP BY invoice_number
     ),
     owners AS (
       SELECT cfs_account AS customer_account,
              count(DISTINCT account_id) AS owners,
              min(account_id) AS payment_account_id
         FROM cfs_accounts
        WHERE cfs_account IN (SELECT customer_account FROM staged WHERE kind IN ('BOUNCE', 'ON_ACCOUNT'))
        GROUP BY cfs_account
     ),
     judged AS (
       SELECT staged.*,
              coalesce(numbers.payment_account_id, owners.payment_account_id) AS owner_id,
              coalesce(numbers.active, 0) AS active,
              coalesce(numbers.completed, 0) AS completed,
              coalesce(numbers.lowest_account, numbers.lowest_paid_account) AS lowest_account,
              coalesce(owners.owners, 0) AS owners,
              pad_payments.card_receipt,
              CASE WHEN staged.kind = 'BOUNCE' AND staged.source_number = '' THEN pad_payments.last_receipt END
                AS bounced_receipt,
              coalesce(CASE
              WHEN staged.kind = 'SKIP' AND staged.rule <> 'partial_credit' THEN 'skipped:' || staged.rule
              WHEN staged.kind = 'REJECT' THEN 'rejected:' || staged.rule
              WHEN EXISTS (SELECT FROM pay_jobs.settlement_rows AS earlier
                            WHERE earlier.target_number = staged.target_number
                              AND earlier.content_hash = staged.content_hash
                              AND <<earlier.counts>>
                              AND earlier.rule <> 'undone')
                OR EXISTS (SELECT FROM applied_before AS done
                            WHERE done.content_hash = staged.content_hash)
              THEN 'already_applied:same_row'

              WHEN (staged.kind IN ('SETTLE_ONE', 'PART_ONE', 'SKIP')
                    OR staged.kind = 'SETTLE_CREDIT' AND staged.record_type <> 'CMAP')
               AND EXISTS (SELECT FROM pay_jobs.settlement_rows AS earlier
                            WHERE earlier.target_number = staged.target_number
                              AND earlier.application_id = staged.application_id
                              AND earlier.source_number = staged.source_number
                              AND earlier.record_type = staged.record_type
                              AND earlier.amount = staged.amount
                              AND <<earlier.counts>>)
              THEN 'already_applied:same_row'

              WHEN staged.record_type = 'CMAP' AND staged.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
               AND (SELECT count(*) FROM credits WHERE cfs_identifier = staged.source_number AND is_credit_memo) > 1
               AND NOT EXISTS (SELECT FROM applied_credits WHERE application_id = staged.application_id)
              THEN 'rejected:ambiguous_memo'

              WHEN staged.kind = 'EFT_PAYMENT' THEN
                   CASE WHEN eft.has_no_payment THEN 'rejected:no_eft_payment'
                        WHEN NOT EXISTS (SELECT FROM payments WHERE receipt_number = staged.source_number
                                            AND coalesce(payment_status_code, '')
                                                NOT IN ('COMPLETED', 'FAILED', 'DELETED'))
                        THEN 'already_applied:payment_completed'
                        ELSE 'applied:' END

              WHEN staged.kind = 'ON_ACCOUNT' THEN
                   CASE WHEN EXISTS (SELECT FROM credits WHERE cfs_identifier = staged.source_number
                                        AND NOT coalesce(is_credit_memo, false)
                                        AND CAST(amount AS numeric(19,2)) >= staged.original_amount)
                        THEN 'already_applied:credit_exists'
                        WHEN EXISTS (SELECT FROM credits WHERE cfs_identifier = staged.source_number
                                        AND NOT coalesce(is_credit_memo, false))
                        THEN 'rejected:credit_differs'
                        WHEN owners.owners IS NULL THEN 'rejected:unknown_account'
                        WHEN owners.owners > 1 THEN 'rejected:ambiguous_account'
                        WHEN eft.has_no_payment THEN 'applied:no_eft_payment'
                        ELSE 'applied:' END

              WHEN staged.kind = 'BOUNCE' THEN
                   CASE WHEN NOT bounced.other_receipt_is_open AND numbers.completed = 0 AND NOT numbers.paid_by_card
                        THEN 'rejected:no_longer_open'
                        WHEN coalesce(NOT bounced.other_receipt_is_open,
                                      bounced.is_noted AND numbers.completed > 0 AND again.is_pulled)
                        THEN 'rejected:settled_since'
                        WHEN bounced.is_noted AND bounced.other_receipt_is_open IS NULL
                         AND NOT coalesce(numbers.active > 0 AND numbers.completed = 0
                                          AND (pad_payments.not_by_card IS DISTINCT FROM 0
                                               AND (coalesce(pad_payments.failed, 0) = 0
                                                    OR pad_payments.completed_on IS NOT NULL
                                                    OR named.receipt = ANY (pad_payments.paid_by))
                                               OR pad_payments.failed = 0 AND NOT pad_payments.by_card), false)
                        THEN 'already_applied:bounced_before'
                        WHEN NOT bounced.is_noted AND pad_payments.failed > 0 AND bounced.other_receipt_is_open IS NULL
                         AND NOT coalesce(numbers.completed > 0 AND again.is_pulled, false)
                        THEN 'already_applied:bounced_before'
                        WHEN coalesce(numbers.active + numbers.completed, 0) = 0 THEN 'rejected:no_invoice'
                        WHEN owners.owners IS NULL THEN 'rejected:unknown_account'
                        WHEN owners.owners > 1 THEN 'rejected:ambiguous_account'
                        WHEN owners.payment_account_id <> numbers.payment_account_id
                          OR owners.payment_account_id <> numbers.highest_payment_account
                        THEN 'rejected:account_mismatch'
                        WHEN bounced.other_receipt_is_open THEN 'applied:another_receipt'
                        WHEN NOT bounced.is_noted
                         AND NOT EXISTS (SELECT FROM cfs_accounts AS pad WHERE pad.account_id = owners.payment_account_id
                                            AND pad.payment_method = 'PAD' AND pad.status <> 'INACTIVE'
                                            AND pad.cfs_party <> '' AND pad.cfs_account <> '' AND pad.cfs_site <> '')
                        THEN 'rejected:no_pad_account'
                        WHEN NOT bounced.is_noted
                         AND NOT EXISTS (SELECT FROM cfs_accounts AS billed
                                          WHERE billed.cfs_account = staged.customer_account
                                            AND billed.cfs_party <> '' AND billed.cfs_site <> '')
                        THEN 'rejected:incomplete_profile'
                        WHEN CAST(pad_payments.paid_on AS date) > staged.application_date
                         AND staged.source_number <> ALL (pad_payments.paid_by)
                        THEN 'rejected:paid_since'
                        WHEN bounced.is_noted THEN 'applied:payment_failed'
                        ELSE 'applied:' END

              WHEN staged.kind IN ('SETTLE_PAD', 'SETTLE_CREDIT') THEN
                   CASE WHEN numbers.active > 0 AND numbers.shares_card
                         AND CASE WHEN staged.kind = 'SETTLE_PAD'
                                  THEN (pad_payments.failed_on >= staged.application_date) IS NOT TRUE
                                  ELSE staged.record_type <> 'CMAP'
                                       OR NOT EXISTS (SELECT FROM credits WHERE cfs_identifier = staged.source_number
                                                         AND is_credit_memo) END
                        THEN 'rejected:card_invoice_shares_number'
                        WHEN numbers.active > 0 AND numbers.shares_card THEN 'skipped:card_invoice_shares_number'
                        WHEN numbers.active > 0 AND (numbers.lowest_account <> staged.customer_account
                                                     OR numbers.highest_account <> staged.customer_account)
                        THEN 'rejected:account_mismatch'
                        WHEN numbers.active > 0 AND staged.kind = 'SETTLE_PAD'
                         AND pad_payments.failed_on >= staged.application_date THEN 'skipped:bounced_since'
                        WHEN numbers.active > 0 AND staged.kind = 'SETTLE_PAD' AND pad_payments.by_card
                         AND staged.amount > 0
                        THEN 'rejected:card_paid'
                        WHEN numbers.active > 0 THEN 'applied:'
                        WHEN numbers.completed > 0 THEN NULL -- it comes late
                        WHEN staged.kind = 'SETTLE_CREDIT' THEN 'skipped:nothing_open'
                        WHEN numbers.paid_by_card OR EXISTS (
                               SELECT FROM regexp_match(staged.target_number, '^([A-Za-z]+)0*([0-9]+)$') AS part
                                CROSS JOIN generate_series(0, 8) AS zeros
                                CROSS JOIN LATERAL (SELECT part[1] || repeat('0', zeros) || part[2]) AS base (number)
                                CROSS JOIN LATERAL (
                                       SELECT card.invoice_number
                                         FROM invoice_references AS card
                                        WHERE card.invoice_number = base.number || '-C'
                                          AND card.status_code = 'COMPLETED'
                                        UNION ALL
                                       SELECT card.invoice_number
                                         FROM invoice_references AS card
                                        WHERE card.invoice_number BETWEEN base.number || '-000000-C'
                                                                      AND base.number || '-235959-C'
                                          AND card.status_code = 'COMPLETED') AS card
                                WHERE card.invoice_number ~ ('^' || base.number || '(-[0-9]{6})?-C$'))
                        THEN 'skipped:paid_by_card'
                        WHEN staged.target_number LIKE 'REGUT%' THEN 'skipped:development_invoice'
                        ELSE 'rejected:no_invoice' END

              WHEN staged.kind IN ('SETTLE_ONE', 'PART_ONE', 'OTHER_ONE') THEN
                   CASE WHEN numbers.active = 1 AND numbers.shares_card THEN 'rejected:card_invoice_shares_number'
                        WHEN numbers.active = 1 AND numbers.lowest_account <> staged.customer_account
                        THEN 'rejected:account_mismatch'
                        WHEN numbers.active = 1 AND staged.kind = 'OTHER_ONE' THEN 'rejected:unexpected_status'
                        WHEN numbers.active = 1 AND staged.kind = 'PART_ONE' AND EXISTS (
                               SELECT FROM receipts AS receipt
                                 JOIN invoice_references AS reference
                                   ON reference.invoice_id = receipt.invoice_id
                                WHERE reference.invoice_number = staged.target_number
                                  AND receipt.receipt_number = CAST(staged.application_id AS text))
                        THEN 'already_applied:receipt_exists'
                        WHEN numbers.active = 1 AND eft.has_no_payment THEN 'rejected:no_eft_payment'
                        WHEN numbers.active = 1 THEN 'applied:'
                        WHEN numbers.completed = 1 THEN NULL -- it comes late
                        ELSE 'rejected:not_exactly_one_invoice' END

              WHEN staged.kind IN ('MEMO_PART', 'SKIP') THEN 'skipped:partial_credit'
              END, (
               SELECT CASE WHEN staged.amount = 0 THEN 'already_applied:invoice_paid'
                           WHEN staged.kind = 'PART_ONE' AND CAST(staged.application_id AS text) = ANY (settled.receipts)
                           THEN 'already_applied:receipt_exists'
                           WHEN seen.is_known AND seen.our_amounts = '{}' THEN 'already_applied:invoice_paid'
                           WHEN staged.record_type = 'CMAP' THEN 'skipped:nothing_open'
                           WHEN staged.kind = 'SETTLE_PAD' AND pad_payments.failed_on >= staged.application_date
                           THEN 'skipped:bounced_since'
                           WHEN staged.kind = 'OTHER_ONE' AND NOT seen.is_known THEN 'rejected:unexpected_status'
                           WHEN numbers.lowest_paid_account <> staged.customer_account
                             OR numbers.highest_paid_account <> staged.customer_account
                           THEN 'rejected:account_mismatch'
                           WHEN staged.kind = 'SETTLE_PAD' AND pad_payments.by_card AND NOT seen.is_known
                           THEN 'rejected:card_paid'
                           WHEN staged.kind <> 'OTHER_ONE' AND settled.room >= staged.amount
                           THEN CASE WHEN eft.has_no_payment THEN 'rejected:no_eft_payment' ELSE 'applied:came_late' END
                           WHEN seen.is_known AND (staged.kind = 'OTHER_ONE' OR staged.amount = ANY (seen.our_amounts))
                           THEN 'already_applied:invoice_paid'
                           WHEN staged.kind = 'SETTLE_CREDIT' THEN 'skipped:nothing_open'
                           ELSE 'rejected:paid_already' END || ':' || settled.room
                 FROM (SELECT coalesce(sum(unpaid.open_amount), 0) AS room,
                              (SELECT array_agg(receipt.receipt_number)
                                 FROM invoice_references AS mine
                                 JOIN receipts AS receipt
                                   ON receipt.invoice_id = mine.invoice_id
                                WHERE mine.invoice_number = staged.target_number
                                  AND mine.status_code = 'COMPLETED') AS receipts
                         FROM open_invoices AS unpaid
                        WHERE unpaid.invoice_number = staged.target_number
                          AND unpaid.status_code = 'COMPLETED'
                          AND unpaid.payment_method_code <> 'CC') AS settled
                CROSS JOIN LATERAL (
                       SELECT coalesce(staged.source_number = ANY (settled.receipts), false)
                              OR EXISTS (SELECT FROM payments AS payment
                                          WHERE payment.receipt_number = staged.source_number
                                            AND payment.payment_status_code = 'COMPLETED'
                                            AND (payment.invoice_number = staged.target_number
                                                 OR payment.invoice_number IS NULL
                                                    AND NOT EXISTS (
                                                          SELECT FROM pay_jobs.settlement_rows AS ours
                                                           WHERE ours.source_number = staged.source_number
                                                             AND ours.record_type = 'BOLP'
                                                             AND <<ours.counts>>))) AS is_known,
                              ARRAY(SELECT earlier.amount
                                      FROM pay_jobs.settlement_rows AS earlier
                                     WHERE earlier.target_number = staged.target_number
                                       AND earlier.source_number = staged.source_number
                                       AND (earlier.outcome = 'applied' AND earlier.rule <> 'undone'
                                            OR earlier.rule = 'payment_written')
                                     UNION ALL
                                    SELECT done.amount
                                      FROM applied_before AS done
                                     WHERE done.target_number = staged.target_number
                                       AND done.source_number = staged.source_number) AS our_amounts
                     ) AS seen)) AS verdict
         FROM staged
         LEFT JOIN numbers
           ON numbers.invoice_number = staged.target_number
         LEFT JOIN pad_payments
           ON pad_payments.invoice_number = staged.target_number
         LEFT JOIN owners
           ON owners.customer_account = staged.customer_account
          AND staged.kind IN ('BOUNCE', 'ON_ACCOUNT')
        CROSS JOIN LATERAL (
                SELECT coalesce(nullif(staged.source_number, ''), pad_payments.last_receipt, '') AS receipt
              ) AS named
        CROSS JOIN LATERAL (
                SELECT staged.record_type = 'EFTP'
                       AND NOT EXISTS (SELECT FROM payments
                                        WHERE receipt_number = staged.source_number
                                          AND coalesce(payment_status_code, '') NOT IN ('FAILED', 'DELETED'))
                         AS has_no_payment
              ) AS eft
        CROSS JOIN LATERAL (
                SELECT pad_payments.completed_on > pad_payments.failed_on
                       AND (pad_payments.completed_on <= staged.application_date
                            OR named.receipt = pad_payments.last_receipt
                           AND (named.receipt = ANY (pad_payments.failed_by)) IS NOT TRUE) AS is_pulled
              ) AS again
        CROSS JOIN LATERAL (
                SELECT staged.kind = 'BOUNCE'
                       AND EXISTS (SELECT FROM non_sufficient_funds
                                    WHERE invoice_number = staged.target_number
                                      AND coalesce(description, '') NOT LIKE 'UNDONE: %') AS is_noted,
                       coalesce((SELECT coalesce(bool_and(mine.status_code = 'ACTIVE'),
                                                 CASE WHEN staged.kind = 'BOUNCE'
                                                       AND <<staged.left_paid>> < pad_payments.kept
                                                       AND NOT (lower(staged.status) = 'partially paid'
                                                                AND staged.outstanding_amount > staged.original_amount
                                                                AND named.receipt = ANY (pad_payments.failed_by))
                                                      THEN numbers.active > 0 AND numbers.completed = 0 END)
                                   FROM invoice_references AS mine
                                   JOIN receipts AS receipt
                                     ON receipt.invoice_id = mine.invoice_id
                                  WHERE staged.kind = 'BOUNCE'
                                    AND named.receipt <> ALL (pad_payments.failed_by)
                                    AND mine.invoice_number = staged.target_number
                                    AND (receipt.receipt_number = named.receipt
                                         OR EXISTS (SELECT FROM settlement_parts AS part
                                                     WHERE part.target_number = staged.target_number
                                                       AND part.source_number = named.receipt
                                                       AND part.receipt_number = receipt.receipt_number))
                                 HAVING NOT coalesce(again.is_pulled, false)
                                     OR bool_and(mine.status_code = 'ACTIVE')),
                                nullif(numbers.active > 0 AND numbers.completed = 0 AND pad_payments.not_by_card > 0
                                       AND named.receipt = ANY (pad_payments.paid_by)
                                       AND named.receipt <> ALL (pad_payments.failed_by), false)) AS other_receipt_is_open
              ) AS bounced
       OFFSET 0 -- the verdict is looked at more than once
     )
INSERT INTO settlement_work (
       file_id, line, run_id, wave, kind, record_type, source_type, source_number, application_id, application_date,
       amount, customer_account, target_type, target_number, original_amount, outstanding_amount, status,
       reversal_reason, content_hash, payment_account_id, room, outcome, rule, detail)
SELECT file_id, line, run_id, wave, kind, record_type, source_type, coalesce(bounced_receipt, source_number),
       application_id, application_date, amount, customer_account, target_type, target_number, original_amount,
       outstanding_amount, status, reversal_reason, content_hash, owner_id,
       CAST(nullif(split_part(verdict, ':', 3), '') AS numeric(19,2)),
       split_part(verdict, ':', 1),
       split_part(verdict, ':', 2),
       CASE split_part(verdict, ':', 2)
       WHEN 'account_mismatch' THEN
            'customer account ' || customer_account || ' is not the one of the invoice ('
            || coalesce(nullif(lowest_account, ''), 'none') || ')'
       WHEN 'no_invoice' THEN
            CASE target_number WHEN '' THEN 'target transaction number is blank'
                 ELSE 'no invoice has the number ' || target_number END
       WHEN 'not_exactly_one_invoice' THEN
            'number ' || target_number || ' has ' || active || ' open and ' || completed
            || ' settled references (expected exactly one)'
       WHEN 'unexpected_status' THEN
            CASE WHEN kind = 'REJECT' THEN detail
                 ELSE record_type || ' row with status ''' || status
                      || ''' (expected Fully PAID or Partially PAID)' END
       WHEN 'unknown_account' THEN 'no CFS account has the number ' || customer_account
       WHEN 'ambiguous_account' THEN
            'customer account ' || customer_account || ' belongs to ' || owners || ' accounts'
       WHEN 'no_pad_account' THEN 'the account has no complete PAD profile in use to freeze'
       WHEN 'incomplete_profile' THEN 'CFS account ' || customer_account || ' has no party or no site'
       WHEN 'settled_since' THEN
            target_number || ' bounced before and is settled since: receipt ' || source_number || ' came back as well'
       WHEN 'no_longer_open' THEN
            target_number || ' bounced before and is not open any more'
            || coalesce((SELECT '; its invoices are under ' || min(other.invoice_number) || ' now'
                           FROM invoice_references AS mine
                           JOIN invoice_references AS other
                             ON other.invoice_id = mine.invoice_id
                            AND other.status_code = 'ACTIVE'
                          WHERE mine.invoice_number = target_number
                            AND mine.status_code = 'CANCELLED'), '')
            || ': receipt ' || source_number || ' came back as well, and the failed payment still counts '
            || (SELECT CAST(coalesce(sum(paid_amount), 0) AS numeric(19,2))
                  FROM payments
                 WHERE invoice_number = target_number
                   AND payment_status_code = 'FAILED'
                   AND payment_method_code NOT IN ('CC', 'DIRECT_PAY')) || ' CAD'
       WHEN 'paid_since' THEN target_number || ' was paid after ' || application_date || ', by another receipt'
       WHEN 'paid_already' THEN
            target_number || ' is settled and only ' || split_part(verdict, ':', 3) || ' CAD of it is open: no room for '
            || amount || ' CAD'
       WHEN 'card_paid' THEN
            target_number || ' was already paid by card' || coalesce(', receipt ' || card_receipt, '') || ': '
            || amount || ' CAD came a second time'
       WHEN 'card_invoice_shares_number' THEN
            CASE WHEN verdict LIKE 'skipped:%' THEN detail
                 WHEN amount = 0 THEN
                      'CFS has ' || target_number || ' as fully paid. It stays open here, for it is also the number of an '
                      'invoice that is paid by card, as the fee of a bounce is: see in CFS what paid it before a card pays '
                      'it again'
                 ELSE target_number || ' is also the number of an invoice that is paid by card, as the fee of a bounce is: '
                      || amount || ' CAD are booked nowhere' END
       WHEN 'credit_differs' THEN
            'receipt ' || source_number || ' already has a credit of another amount: this row says '
            || original_amount || ' CAD'
       WHEN 'ambiguous_memo' THEN 'more than one credit memo has the number ' || source_number
       WHEN 'no_eft_payment' THEN
            coalesce((SELECT 'the payment with the receipt number ' || judged.source_number || ' is '
                             || max(payment_status_code)
                        FROM payments
                       WHERE receipt_number = judged.source_number),
                     'no payment has the receipt number ' || source_number)
       ELSE coalesce('source transaction number is blank: taken for ' || nullif(bounced_receipt, '') || ', which paid '
                     || target_number, detail) END
  FROM judged
