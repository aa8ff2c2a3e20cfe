-- undated.*: what changed before our jobs kept it, so that no dated fact is left: told beside the movements of a day that no
-- recorded day comes before.
-- in     first, last (days), since, until (naive UTC)
-- out    receipts of bounces, by the day of the failed payment; invoices that are paid with nothing that says by what, by
--        their payment date; slips that were changed, by updated_on; and what is gone of credit memos, which has no day at all
INSERT INTO closing_rows
SELECT 'undated.bounced', [[payment.payment_date]], payment.payment_method_code, CAST(NULL AS bigint), CAST(NULL AS text),
       'payment ' || payment.id, CAST(coalesce(payment.invoice_amount, 0) AS numeric(19,2)), 'its receipts were deleted'
  FROM payments AS payment
 WHERE payment.payment_status_code = 'FAILED'
   AND payment.payment_method_code = 'PAD'
   AND payment.payment_date >= :first
   AND payment.payment_date < :until
   AND [[payment.payment_date]] BETWEEN :first AND :last
   AND NOT EXISTS (SELECT FROM pay_jobs.bounce_rows AS kept
                    WHERE kept.pay_table = 'payments'
                      AND kept.row_id = payment.id)
 UNION ALL
SELECT 'undated.paid', [[invoice.payment_date]], invoice.payment_method_code, NULL, NULL, 'invoice ' || invoice.id,
       invoice.total, 'it is paid, and no receipt or credit says by what'
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
 WHERE invoice.invoice_status_code IN ('PAID', 'GL_UPDATED')
   AND invoice.payment_date >= :first
   AND invoice.payment_date < :until
   AND [[invoice.payment_date]] BETWEEN :first AND :last
   AND invoice.total <> 0
   AND (coalesce(account.billable, true) OR invoice.payment_method_code <> 'EJV')
   AND NOT EXISTS (SELECT FROM receipts AS receipt WHERE receipt.invoice_id = invoice.id)
   AND NOT EXISTS (SELECT FROM applied_credits AS applied WHERE applied.invoice_id = invoice.id)
 UNION ALL
SELECT 'undated.slips', [[slip.updated_on]], known.method, NULL, NULL, 'slip ' || slip.number, known.total,
       'it is ' || slip.status || ', and nothing says what was left before'
  FROM closing_slips AS known
  JOIN routing_slips AS slip
    ON slip.id = known.id
 WHERE slip.status NOT IN ('ACTIVE', 'COMPLETE', 'HOLD')
   AND slip.updated_on >= :since
   AND slip.updated_on < :until
   AND NOT EXISTS (SELECT FROM pay_jobs.slip_movements AS noted
                    WHERE noted.slip = slip.number
                      AND noted.kind <> 'deposited')
 UNION ALL
SELECT 'undated.credits', CAST(:last AS date), coalesce(credit.cfs_site, ''), NULL, NULL, 'credit ' || credit.id,
       CAST(credit.amount AS numeric(19,2)) - CAST(credit.remaining_amount AS numeric(19,2)) - used.amount,
       'it was used, and nothing says when'
  FROM credits AS credit
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(applied.amount_applied AS numeric(19,2))), 0) AS amount
          FROM applied_credits AS applied
         WHERE applied.credit_id = credit.id) AS used
 WHERE credit.is_credit_memo
   AND credit.created_on < :until
   AND credit.remaining_amount <> credit.amount
   AND CAST(credit.amount AS numeric(19,2)) - CAST(credit.remaining_amount AS numeric(19,2)) > used.amount
