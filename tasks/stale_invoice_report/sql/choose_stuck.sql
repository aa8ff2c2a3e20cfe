-- Choose the invoices that are in a state for longer than their payment method explains, or than the count's days.
-- in     the moments (moments.py); method, account text or null
-- out    the ids, in order
-- again  reads only
SELECT invoice.id
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account ON account.id = invoice.payment_account_id
  CROSS JOIN LATERAL (
       SELECT invoice.payment_method_code = 'EFT'
          AND EXISTS (SELECT FROM eft_credit_invoice_links AS link
                       WHERE link.invoice_id = invoice.id
                         AND (link.status_code = 'PENDING' AND link.created_on < :one_day_before
                              OR link.status_code = 'COMPLETED'
                             AND NOT EXISTS (SELECT FROM eft_credit_invoice_links AS back
                                              WHERE back.invoice_id = link.invoice_id
                                                AND back.receipt_number = link.receipt_number
                                                AND back.status_code IN ('PENDING_REFUND', 'REFUNDED')))
                     ) AS is_left_over,
              invoice.payment_method_code = 'EFT'
          AND NOT EXISTS (SELECT FROM invoice_references AS reference
                           WHERE reference.invoice_id = invoice.id
                             AND reference.status_code <> 'CANCELLED') AS was_never_sent) AS eft
 WHERE invoice.invoice_status_code IN
       (<<unfinished>>)
   AND invoice.created_on < :now
   AND (CAST(:method AS text) IS NULL OR invoice.payment_method_code = :method)
   AND (CAST(:account AS text) IS NULL OR account.auth_account_id = :account)
   AND CASE invoice.invoice_status_code || ' ' || invoice.payment_method_code
       WHEN 'APPROVED PAD'                    THEN invoice.created_on < GREATEST(:two_days_before, :census_before)
       WHEN 'APPROVED EJV'                    THEN invoice.created_on < GREATEST(:two_days_before, :census_before)
       WHEN 'SETTLEMENT_SCHED PAD'            THEN invoice.created_on < :two_days_before
       WHEN 'SETTLEMENT_SCHED ONLINE_BANKING' THEN invoice.created_on < :two_days_before
       WHEN 'PARTIAL_PAID ONLINE_BANKING'     THEN invoice.created_on < :two_days_before
       WHEN 'REFUND_REQUESTED EJV'            THEN invoice.created_on < :two_days_before
       WHEN 'REFUND_REQUESTED DIRECT_PAY'     THEN invoice.created_on < :two_days_before
       WHEN 'CREATED INTERNAL'                THEN invoice.created_on < :one_day_before
       WHEN 'CREATED ONLINE_BANKING'          THEN invoice.created_on < :one_day_before
       WHEN 'CREATED CC'                      THEN invoice.created_on < :one_day_before
       WHEN 'CREATED DIRECT_PAY'              THEN invoice.created_on < :one_day_before
                                               AND (invoice.created_on >= :card_since
                                                    OR EXISTS (SELECT FROM receipts AS receipt
                                                                WHERE receipt.invoice_id = invoice.id))
       WHEN 'APPROVED EFT'                    THEN invoice.created_on < :census_before
                                                OR invoice.overdue_date < :now
                                                OR invoice.created_on < :one_day_before
                                               AND (eft.is_left_over OR eft.was_never_sent)
       WHEN 'OVERDUE EFT'                     THEN eft.is_left_over OR eft.was_never_sent
       ELSE invoice.invoice_status_code = 'APPROVED' AND invoice.created_on < GREATEST(:one_day_before, :census_before)
       END
 ORDER BY invoice.id
