-- Decide what becomes of each row of one wave, from the row's kind and what the database holds now. What depends on
-- other rows of the wave is settled afterwards (settle_repeats.sql).
-- in     wave
-- out    the number of rows that are in settlement_work now, with outcome, rule, detail and payment account
-- again  a row whose effect is already there resolves to already_applied
-- source docs/specs/cas-settlement-csv.md sections 5, 7, 8 (steps 1 to 3), 9 and 10 (hazards 1, 4, 5)
--
-- It goes in four steps: `facts` names what is known of a row; `judged` takes the first verdict that is true of it, kind by
-- kind; `decided` weighs money that comes late; the end writes the row, and why in words. A verdict is `outcome:rule`.
--
-- A fact is looked up only where a verdict asks for it, row by row: as joins, the sizes of large tables were guessed too low,
-- and the time grew with the product of the tables. Facts of a number are null where it has no invoice, or no payment.
WITH staged AS NOT MATERIALIZED (
       SELECT *
         FROM settlement_staged
        WHERE wave = :wave
     ),
     -- What an earlier wave of the file did.
     applied_before AS MATERIALIZED (
       SELECT target_number, source_number, content_hash, amount
         FROM settlement_work
        WHERE outcome = 'applied'
           OR rule = 'payment_written'
     ),
     -- The invoices that each number refers to.
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
     -- The payments of each number that a PAD row or a bounce names.
     paid AS (
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
     -- The accounts that have a customer account of CFS.
     owners AS (
       SELECT cfs_account AS customer_account,
              count(DISTINCT account_id) AS owners,
              min(account_id) AS payment_account_id
         FROM cfs_accounts
        WHERE cfs_account IN (SELECT customer_account FROM staged WHERE kind IN ('BOUNCE', 'ON_ACCOUNT'))
        GROUP BY cfs_account
     ),
     facts AS (
       SELECT staged.*,

              -- Whether the row was applied before: the same row, or one over the same application.
              EXISTS (SELECT FROM pay_jobs.settlement_rows AS earlier
                       WHERE earlier.target_number = staged.target_number
                         AND earlier.content_hash = staged.content_hash
                         AND <<earlier.counts>>
                         AND earlier.rule <> 'undone')
                OR EXISTS (SELECT FROM applied_before AS done
                            WHERE done.content_hash = staged.content_hash) AS is_known,
              EXISTS (SELECT FROM pay_jobs.settlement_rows AS earlier
                       WHERE earlier.target_number = staged.target_number
                         AND earlier.application_id = staged.application_id
                         AND earlier.source_number = staged.source_number
                         AND earlier.record_type = staged.record_type
                         AND earlier.amount = staged.amount
                         AND <<earlier.counts>>) AS application_is_known,

              -- The invoices of its number.
              numbers.active,
              numbers.completed,
              numbers.active > 0 AS is_open,
              numbers.completed > 0 AS is_settled,
              numbers.shares_card,
              numbers.paid_by_card AS is_paid_in_bundle,
              numbers.lowest_account <> staged.customer_account
                OR numbers.highest_account <> staged.customer_account AS account_differs,
              numbers.lowest_paid_account <> staged.customer_account
                OR numbers.highest_paid_account <> staged.customer_account AS paid_account_differs,
              coalesce(numbers.lowest_account, numbers.lowest_paid_account) AS lowest_account,

              -- The payments of its number, and those of its receipt.
              paid.failed,
              paid.by_card,
              paid.card_receipt,
              paid.failed_on >= staged.application_date AS bounced_since,
              CAST(paid.paid_on AS date) > staged.application_date
                AND staged.source_number <> ALL (paid.paid_by) AS was_paid_since,
              staged.record_type = 'EFTP'
                AND NOT EXISTS (SELECT FROM payments
                                 WHERE receipt_number = staged.source_number
                                   AND coalesce(payment_status_code, '') NOT IN ('FAILED', 'DELETED'))
                AS lacks_eft_payment,

              -- The account that owns its customer account.
              coalesce(numbers.payment_account_id, owners.payment_account_id) AS owner_id,
              owners.owners,
              owners.payment_account_id <> numbers.payment_account_id
                OR owners.payment_account_id <> numbers.highest_payment_account AS owner_differs,
              owners.payment_account_id AS customer_owner,

              -- A bounce: what was noted of its number, whether PAD paid it again since, and what else is open of it.
              CASE WHEN staged.kind = 'BOUNCE' AND staged.source_number = '' THEN paid.last_receipt END
                AS bounced_receipt,
              staged.kind = 'BOUNCE'
                AND EXISTS (SELECT FROM non_sufficient_funds
                             WHERE invoice_number = staged.target_number
                               AND coalesce(description, '') NOT LIKE 'UNDONE: %') AS is_noted,
              again.was_paid_again,
              -- Its number is open, and its payment is completed still, or there is none at all.
              coalesce(numbers.active > 0 AND numbers.completed = 0
                       AND (paid.not_by_card IS DISTINCT FROM 0
                            AND (coalesce(paid.failed, 0) = 0
                                 OR paid.completed_on IS NOT NULL
                                 OR named.receipt = ANY (paid.paid_by))
                            OR paid.failed = 0 AND NOT paid.by_card), false) AS has_not_failed,
              -- Null unless its receipt is another one than those that bounced: whether all is open that this one paid.
              coalesce((SELECT coalesce(bool_and(mine.status_code = 'ACTIVE'),
                                        CASE WHEN staged.kind = 'BOUNCE'
                                              AND <<staged.left_paid>> < paid.kept
                                              AND NOT (lower(staged.status) = 'partially paid'
                                                       AND staged.outstanding_amount > staged.original_amount
                                                       AND named.receipt = ANY (paid.failed_by))
                                             THEN numbers.active > 0 AND numbers.completed = 0 END)
                          FROM invoice_references AS mine
                          JOIN receipts AS receipt
                            ON receipt.invoice_id = mine.invoice_id
                         WHERE staged.kind = 'BOUNCE'
                           AND named.receipt <> ALL (paid.failed_by)
                           AND mine.invoice_number = staged.target_number
                           AND (receipt.receipt_number = named.receipt
                                OR EXISTS (SELECT FROM settlement_parts AS part
                                            WHERE part.target_number = staged.target_number
                                              AND part.source_number = named.receipt
                                              AND part.receipt_number = receipt.receipt_number))
                        HAVING NOT coalesce(again.was_paid_again, false)
                            OR bool_and(mine.status_code = 'ACTIVE')),
                       nullif(numbers.active > 0 AND numbers.completed = 0 AND paid.not_by_card > 0
                              AND named.receipt = ANY (paid.paid_by)
                              AND named.receipt <> ALL (paid.failed_by), false)) AS other_receipt_is_open
         FROM staged
         LEFT JOIN numbers
           ON numbers.invoice_number = staged.target_number
         LEFT JOIN paid
           ON paid.invoice_number = staged.target_number
         LEFT JOIN owners
           ON owners.customer_account = staged.customer_account
          AND staged.kind IN ('BOUNCE', 'ON_ACCOUNT')
        CROSS JOIN LATERAL ( -- a bounce that names no receipt is of the one that its payment bears
                SELECT coalesce(nullif(staged.source_number, ''), paid.last_receipt, '') AS receipt
              ) AS named
        CROSS JOIN LATERAL ( -- whether PAD paid the number again after a bounce, by the row's day or by its receipt
                SELECT paid.completed_on > paid.failed_on
                       AND (paid.completed_on <= staged.application_date
                            OR named.receipt = paid.last_receipt
                               AND (named.receipt = ANY (paid.failed_by)) IS NOT TRUE) AS was_paid_again
              ) AS again
     ),
     judged AS (
       SELECT fact.*,
              CASE
              -- What the row says by itself (rules.py), and what was applied before.
              WHEN fact.kind = 'SKIP' AND fact.rule <> 'partial_credit' THEN 'skipped:' || fact.rule
              WHEN fact.kind = 'REJECT' THEN 'rejected:' || fact.rule
              WHEN fact.is_known THEN 'already_applied:same_row'
              WHEN (fact.kind IN ('SETTLE_ONE', 'PART_ONE', 'SKIP')
                    OR fact.kind = 'SETTLE_CREDIT' AND fact.record_type <> 'CMAP')
               AND fact.application_is_known
              THEN 'already_applied:same_row'
              WHEN fact.record_type = 'CMAP' AND fact.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
               AND (SELECT count(*) FROM credits WHERE cfs_identifier = fact.source_number AND is_credit_memo) > 1
               AND NOT EXISTS (SELECT FROM applied_credits WHERE application_id = fact.application_id)
              THEN 'rejected:ambiguous_memo'

              -- A payment of the EFT job.
              WHEN fact.kind = 'EFT_PAYMENT' THEN
                   CASE WHEN fact.lacks_eft_payment THEN 'rejected:no_eft_payment'
                        WHEN NOT EXISTS (SELECT FROM payments WHERE receipt_number = fact.source_number
                                            AND coalesce(payment_status_code, '')
                                                NOT IN ('COMPLETED', 'FAILED', 'DELETED'))
                        THEN 'already_applied:payment_completed'
                        ELSE 'applied:' END

              -- Money without an invoice.
              WHEN fact.kind = 'ON_ACCOUNT' THEN
                   CASE WHEN EXISTS (SELECT FROM credits WHERE cfs_identifier = fact.source_number
                                        AND NOT coalesce(is_credit_memo, false)
                                        AND CAST(amount AS numeric(19,2)) >= fact.original_amount)
                        THEN 'already_applied:credit_exists'
                        WHEN EXISTS (SELECT FROM credits WHERE cfs_identifier = fact.source_number
                                        AND NOT coalesce(is_credit_memo, false))
                        THEN 'rejected:credit_differs'
                        WHEN fact.owners IS NULL THEN 'rejected:unknown_account'
                        WHEN fact.owners > 1 THEN 'rejected:ambiguous_account'
                        WHEN fact.lacks_eft_payment THEN 'applied:no_eft_payment'
                        ELSE 'applied:' END

              -- A bounce. A number that PAD paid again after a bounce can bounce again; a bounce that was taken back counts
              -- as never noted. One that was noted has done nothing yet where its payment has not failed; beside a failed
              -- payment that of another bank receipt stays completed. Another receipt of a number that bounced, which the
              -- first bounce left on its invoices or which paid it by a payment of its own, can bounce too; so can any, also
              -- by a further line, where its row leaves less paid than the failed payment keeps; not by a further line with
              -- the fee in its balance, which is over the original amount then.
              WHEN fact.kind = 'BOUNCE' THEN
                   CASE -- Another receipt of a number that bounced, once what it paid is settled; but not where PAD paid the
                        -- number again and its bounce is not noted: a second fee would be taken for the first.
                        WHEN NOT fact.other_receipt_is_open AND fact.completed = 0 AND NOT fact.is_paid_in_bundle
                        THEN 'rejected:no_longer_open'
                        WHEN coalesce(NOT fact.other_receipt_is_open,
                                      fact.is_noted AND fact.is_settled AND fact.was_paid_again)
                        THEN 'rejected:settled_since'

                        -- The same bounce, noted or not.
                        WHEN fact.is_noted AND fact.other_receipt_is_open IS NULL AND NOT fact.has_not_failed
                        THEN 'already_applied:bounced_before'
                        WHEN NOT fact.is_noted AND fact.failed > 0 AND fact.other_receipt_is_open IS NULL
                         AND NOT coalesce(fact.is_settled AND fact.was_paid_again, false)
                        THEN 'already_applied:bounced_before'

                        -- Whose it is.
                        WHEN coalesce(fact.active + fact.completed, 0) = 0 THEN 'rejected:no_invoice'
                        WHEN fact.owners IS NULL THEN 'rejected:unknown_account'
                        WHEN fact.owners > 1 THEN 'rejected:ambiguous_account'
                        WHEN fact.owner_differs THEN 'rejected:account_mismatch'
                        WHEN fact.other_receipt_is_open THEN 'applied:another_receipt'

                        -- Its first bounce freezes the account and charges the fee: both must be possible.
                        WHEN NOT fact.is_noted
                         AND NOT EXISTS (SELECT FROM cfs_accounts AS pad WHERE pad.account_id = fact.customer_owner
                                            AND pad.payment_method = 'PAD' AND pad.status <> 'INACTIVE'
                                            AND pad.cfs_party <> '' AND pad.cfs_account <> '' AND pad.cfs_site <> '')
                        THEN 'rejected:no_pad_account'
                        WHEN NOT fact.is_noted
                         AND NOT EXISTS (SELECT FROM cfs_accounts AS billed
                                          WHERE billed.cfs_account = fact.customer_account
                                            AND billed.cfs_party <> '' AND billed.cfs_site <> '')
                        THEN 'rejected:incomplete_profile'

                        -- It is older than the payment, and of another receipt: it comes late.
                        WHEN fact.was_paid_since THEN 'rejected:paid_since'
                        WHEN fact.is_noted THEN 'applied:payment_failed'
                        ELSE 'applied:' END

              -- PAD, credits and drawdowns: all invoices of a number.
              WHEN fact.kind IN ('SETTLE_PAD', 'SETTLE_CREDIT') THEN
                   CASE -- A fee that is paid by card has the number too: what brings money is rejected.
                        WHEN fact.is_open AND fact.shares_card
                         AND CASE WHEN fact.kind = 'SETTLE_PAD'
                                  THEN fact.bounced_since IS NOT TRUE
                                  ELSE fact.record_type <> 'CMAP'
                                       OR NOT EXISTS (SELECT FROM credits WHERE cfs_identifier = fact.source_number
                                                         AND is_credit_memo) END
                        THEN 'rejected:card_invoice_shares_number'
                        WHEN fact.is_open AND fact.shares_card THEN 'skipped:card_invoice_shares_number'

                        -- The number is open. A PAD row no newer than the bounce of its number is late, and the number
                        -- stays bounced; one whose number a card paid as well is money that came twice.
                        WHEN fact.is_open AND fact.account_differs THEN 'rejected:account_mismatch'
                        WHEN fact.is_open AND fact.kind = 'SETTLE_PAD' AND fact.bounced_since
                        THEN 'skipped:bounced_since'
                        WHEN fact.is_open AND fact.kind = 'SETTLE_PAD' AND fact.by_card AND fact.amount > 0
                        THEN 'rejected:card_paid'
                        WHEN fact.is_open THEN 'applied:'
                        WHEN fact.is_settled THEN NULL -- it comes late

                        -- The number has no invoice: another number that a card paid may stand for it.
                        WHEN fact.kind = 'SETTLE_CREDIT' THEN 'skipped:nothing_open'
                        WHEN fact.is_paid_in_bundle OR EXISTS (
                               SELECT FROM regexp_match(fact.target_number, '^([A-Za-z]+)0*([0-9]+)$') AS part
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
                        WHEN fact.target_number LIKE 'REGUT%' THEN 'skipped:development_invoice'
                        ELSE 'rejected:no_invoice' END

              -- Online banking and EFT: exactly one invoice.
              WHEN fact.kind IN ('SETTLE_ONE', 'PART_ONE', 'OTHER_ONE') THEN
                   CASE WHEN fact.active = 1 AND fact.shares_card THEN 'rejected:card_invoice_shares_number'
                        WHEN fact.active = 1 AND fact.account_differs THEN 'rejected:account_mismatch'
                        WHEN fact.active = 1 AND fact.kind = 'OTHER_ONE' THEN 'rejected:unexpected_status'
                        WHEN fact.active = 1 AND fact.kind = 'PART_ONE' AND EXISTS (
                               SELECT FROM receipts AS receipt
                                 JOIN invoice_references AS reference
                                   ON reference.invoice_id = receipt.invoice_id
                                WHERE reference.invoice_number = fact.target_number
                                  AND receipt.receipt_number = CAST(fact.application_id AS text))
                        THEN 'already_applied:receipt_exists'
                        WHEN fact.active = 1 AND fact.lacks_eft_payment THEN 'rejected:no_eft_payment'
                        WHEN fact.active = 1 THEN 'applied:'
                        WHEN fact.completed = 1 THEN NULL -- it comes late
                        ELSE 'rejected:not_exactly_one_invoice' END

              -- Credit that covers a part.
              WHEN fact.kind IN ('MEMO_PART', 'SKIP') THEN 'skipped:partial_credit'
              END AS verdict
         FROM facts AS fact
     ),
     -- Money for a number that is settled already comes late. It is known where a receipt or payment of the service before us
     -- bears its number (the payment of a bank receipt for several numbers bears none), is booked where the settled invoices
     -- have room for it, is known where we booked as much of its receipt, and else is rejected. What was booked before us, and
     -- whose payment we wrote, is ours. Money that came twice, by card as well, is rejected, however much is open. Its verdict
     -- has the open amount behind it.
     decided AS (
       SELECT file_id, line, run_id, wave, kind, record_type, source_type, source_number, application_id,
              application_date, amount, customer_account, target_type, target_number, original_amount,
              outstanding_amount, status, reversal_reason, content_hash, detail, owner_id, active, completed,
              lowest_account, owners, card_receipt, bounced_receipt,
              coalesce(verdict, (
               SELECT CASE WHEN judged.amount = 0 THEN 'already_applied:invoice_paid'
                           WHEN judged.kind = 'PART_ONE' AND CAST(judged.application_id AS text) = ANY (settled.receipts)
                           THEN 'already_applied:receipt_exists'
                           WHEN seen.is_known AND seen.our_amounts = '{}' THEN 'already_applied:invoice_paid'
                           WHEN judged.record_type = 'CMAP' THEN 'skipped:nothing_open'
                           WHEN judged.kind = 'SETTLE_PAD' AND judged.bounced_since
                           THEN 'skipped:bounced_since'
                           WHEN judged.kind = 'OTHER_ONE' AND NOT seen.is_known THEN 'rejected:unexpected_status'
                           WHEN judged.paid_account_differs THEN 'rejected:account_mismatch'
                           WHEN judged.kind = 'SETTLE_PAD' AND judged.by_card AND NOT seen.is_known
                           THEN 'rejected:card_paid'
                           WHEN judged.kind <> 'OTHER_ONE' AND settled.room >= judged.amount
                           THEN CASE WHEN judged.lacks_eft_payment THEN 'rejected:no_eft_payment' ELSE 'applied:came_late' END
                           WHEN seen.is_known AND (judged.kind = 'OTHER_ONE' OR judged.amount = ANY (seen.our_amounts))
                           THEN 'already_applied:invoice_paid'
                           WHEN judged.kind = 'SETTLE_CREDIT' THEN 'skipped:nothing_open'
                           ELSE 'rejected:paid_already' END || ':' || settled.room
                 FROM (SELECT coalesce(sum(unpaid.open_amount), 0) AS room,
                              (SELECT array_agg(receipt.receipt_number)
                                 FROM invoice_references AS mine
                                 JOIN receipts AS receipt
                                   ON receipt.invoice_id = mine.invoice_id
                                WHERE mine.invoice_number = judged.target_number
                                  AND mine.status_code = 'COMPLETED') AS receipts
                         FROM open_invoices AS unpaid
                        WHERE unpaid.invoice_number = judged.target_number
                          AND unpaid.status_code = 'COMPLETED'
                          AND unpaid.payment_method_code <> 'CC') AS settled
                CROSS JOIN LATERAL (
                       SELECT coalesce(judged.source_number = ANY (settled.receipts), false)
                              OR EXISTS (SELECT FROM payments AS payment
                                          WHERE payment.receipt_number = judged.source_number
                                            AND payment.payment_status_code = 'COMPLETED'
                                            AND (payment.invoice_number = judged.target_number
                                                 OR payment.invoice_number IS NULL
                                                    AND NOT EXISTS (
                                                          SELECT FROM pay_jobs.settlement_rows AS ours
                                                           WHERE ours.source_number = judged.source_number
                                                             AND ours.record_type = 'BOLP'
                                                             AND <<ours.counts>>))) AS is_known,
                              ARRAY(SELECT earlier.amount
                                      FROM pay_jobs.settlement_rows AS earlier
                                     WHERE earlier.target_number = judged.target_number
                                       AND earlier.source_number = judged.source_number
                                       AND (earlier.outcome = 'applied' AND earlier.rule <> 'undone'
                                            OR earlier.rule = 'payment_written')
                                     UNION ALL
                                    SELECT done.amount
                                      FROM applied_before AS done
                                     WHERE done.target_number = judged.target_number
                                       AND done.source_number = judged.source_number) AS our_amounts
                     ) AS seen)) AS verdict
         FROM judged
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
            'number ' || target_number || ' has ' || coalesce(active, 0) || ' open and ' || coalesce(completed, 0)
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
            coalesce((SELECT 'the payment with the receipt number ' || decided.source_number || ' is '
                             || max(payment_status_code)
                        FROM payments
                       WHERE receipt_number = decided.source_number),
                     'no payment has the receipt number ' || source_number)
       ELSE coalesce('source transaction number is blank: taken for ' || nullif(bounced_receipt, '') || ', which paid '
                     || target_number, detail) END
  FROM decided
