-- Take back what the weeks before left open, but for one invoice in {every}: of a real night few are stuck.
-- in     weeks, every
-- out    nothing
-- note   an account that is frozen keeps what it owes
WITH taken_back AS (
       UPDATE invoices AS invoice
          SET invoice_status_code = 'CANCELLED',
              refund_date         = invoice.created_on + interval '1 day'
        WHERE invoice.id % {weeks} <> 0
          AND invoice.id % {every} <> 1
          AND invoice.invoice_status_code IN ('APPROVED', 'SETTLEMENT_SCHED')
          AND coalesce(invoice.paid, 0) = 0
          AND NOT EXISTS (SELECT FROM ejv_links AS link
                           WHERE link.link_id = invoice.id
                             AND link.link_type = 'invoice')
          AND NOT EXISTS (SELECT FROM cfs_accounts AS account
                           WHERE account.account_id = invoice.payment_account_id
                             AND account.status = 'FREEZE')
    RETURNING invoice.id
     )
UPDATE invoice_references AS reference
   SET status_code = 'CANCELLED'
  FROM taken_back
 WHERE reference.invoice_id = taken_back.id
   AND reference.status_code = 'ACTIVE'
