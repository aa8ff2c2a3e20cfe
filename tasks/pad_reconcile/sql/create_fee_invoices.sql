-- Create the NSF fee invoice of each freeze: invoice, line item, NSF row and reference; note the rows made.
-- in     now, overdue_date (naive UTC), fee_schedule_id, fee, description, distribution_id
-- out    the number of rows
-- again  a bounce that is known resolved to already_applied, so no second fee is made
-- source docs/specs/cas-settlement-csv.md section 8 steps 8 and 9; the reason is cut to the column's 50 characters
WITH fee_invoices AS (
       INSERT INTO invoices (
              id, created_by, created_on, invoice_status_code, total, paid, service_fees, gst, corp_type_code,
              bcol_account, payment_account_id, cfs_account_id, payment_method_code, overdue_date)
       SELECT bounced.fee_invoice_id, 'SYSTEM', :now, 'CREATED', :fee, 0, 0, 0, 'BCR',
              account.bcol_account, account.id, bounced.cfs_account_id, 'CC', :overdue_date
         FROM bounced_payments AS bounced
         JOIN payment_accounts AS account
           ON account.id = bounced.payment_account_id
        WHERE bounced.fee_invoice_id IS NOT NULL
    RETURNING id
     ),
     lines AS (
       INSERT INTO payment_line_items (
              invoice_id, filing_fees, fee_schedule_id, description, pst, total, line_item_status_code,
              future_effective_fees, priority_fees, service_fees, fee_distribution_id)
       SELECT id, :fee, :fee_schedule_id, :description, 0, :fee, 'ACTIVE', 0, 0, 0, :distribution_id
         FROM fee_invoices
        ORDER BY id
    RETURNING id, invoice_id
     ),
     notices AS (
       INSERT INTO non_sufficient_funds (description, invoice_id, invoice_number, cfs_account)
       SELECT left(reversal_reason, 50), fee_invoice_id, target_number, customer_account
         FROM bounced_payments
         JOIN fee_invoices ON fee_invoices.id = bounced_payments.fee_invoice_id
        ORDER BY fee_invoice_id
    RETURNING id, invoice_id
     ),
     fee_references AS (
       INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on)
       SELECT bounced.fee_invoice_id,
              bounced.target_number,
              (SELECT reference.reference_number
                 FROM invoice_references AS reference
                WHERE reference.invoice_number = bounced.target_number
                  AND reference.reference_number IS NOT NULL
                ORDER BY reference.status_code <> 'ACTIVE', reference.id
                LIMIT 1),
              'ACTIVE',
              :now
         FROM bounced_payments AS bounced
         JOIN fee_invoices ON fee_invoices.id = bounced.fee_invoice_id
        ORDER BY bounced.fee_invoice_id
    RETURNING id, invoice_id
     ),
     made AS (
       SELECT 'invoices' AS pay_table, id, id AS invoice_id FROM fee_invoices
        UNION ALL
       SELECT 'payment_line_items', id, invoice_id FROM lines
        UNION ALL
       SELECT 'non_sufficient_funds', id, invoice_id FROM notices
        UNION ALL
       SELECT 'invoice_references', id, invoice_id FROM fee_references
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id)
SELECT bounced.file_id, bounced.line, made.pay_table, made.id
  FROM made
  JOIN bounced_payments AS bounced
    ON bounced.fee_invoice_id = made.invoice_id
