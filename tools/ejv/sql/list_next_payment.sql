-- List what the next run of the payment job sends for the accounts of some distribution codes.
-- in     codes
-- out    what, invoice, amount; of a part of an invoice also its id and its status
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 5; weakness 9: of an invoice of which one part is due, all parts are sent
WITH accounts AS (
       SELECT account.id
         FROM payment_accounts AS account
        WHERE account.id IN (SELECT account_id FROM distribution_codes WHERE distribution_code_id = ANY (:codes))
          AND coalesce(account.billable, true)
     )
SELECT CASE invoice.invoice_status_code WHEN 'APPROVED' THEN 'charge' ELSE 'refund' END AS what,
       invoice.id AS invoice, invoice.total AS amount, CAST(NULL AS integer) AS part, CAST(NULL AS text) AS part_status
  FROM invoices AS invoice
 WHERE invoice.payment_account_id IN (SELECT id FROM accounts)
   AND invoice.payment_method_code = 'EJV'
   AND invoice.invoice_status_code IN ('APPROVED', 'REFUND_REQUESTED')
   AND NOT EXISTS (SELECT FROM invoice_references AS reference
                    WHERE reference.invoice_id = invoice.id
                      AND reference.status_code = 'ACTIVE')
 UNION ALL
SELECT 'partial refund', invoice.id, part.refund_amount, part.id, part.status
  FROM invoices AS invoice
  JOIN refunds_partial AS part
    ON part.invoice_id = invoice.id
 WHERE invoice.payment_account_id IN (SELECT id FROM accounts)
   AND invoice.payment_method_code = 'EJV'
   AND invoice.invoice_status_code = 'PAID'
   AND EXISTS (SELECT FROM refunds_partial AS due
                 JOIN refunds AS refund
                   ON refund.id = due.refund_id
                  AND refund.status IN ('APPROVED', 'APPROVAL_NOT_REQUIRED')
                WHERE due.invoice_id = invoice.id
                  AND due.status = 'REFUND_REQUESTED')
 ORDER BY 2, 4
