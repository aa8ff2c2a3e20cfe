-- A receipt under a credit memo's number over another amount than the memo paid of its invoice.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 5.4: such a receipt is the memo's application. The reference writes it
--        over the invoice's total (weakness 9)
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('receipt %s over %s', applied.cfs_identifier, applied.amount) AS expected,
       format('over %s', receipt.amount) AS found
  FROM (SELECT invoice_id, cfs_identifier, sum(amount_applied) AS amount
          FROM applied_credits
         WHERE invoice_id >= :first_invoice
         GROUP BY invoice_id, cfs_identifier) AS applied
  JOIN invoices AS invoice
    ON invoice.id = applied.invoice_id
  JOIN LATERAL (SELECT sum(CAST(one.receipt_amount AS numeric(19,2))) AS amount
                  FROM receipts AS one
                 WHERE one.invoice_id = applied.invoice_id
                   AND one.receipt_number = applied.cfs_identifier) AS receipt ON true
 WHERE receipt.amount NOT IN (applied.amount, invoice.total)
