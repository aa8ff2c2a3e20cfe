-- Write the NSF fee of a slip: invoice, line item and reference, whichever are not there yet.
-- in     id, slip, payment_account_id, cfs_account_id, fee, fee_schedule_id, description, distribution_id,
--        invoice_number, reference_number, now and overdue_date (naive UTC)
-- out    nothing
-- again  what is there is left alone
-- source docs/specs/routing-slips.md section 3.4 steps 4 to 7
WITH fee_invoice AS (
       INSERT INTO invoices (
              id, created_by, created_on, invoice_status_code, total, paid, service_fees, corp_type_code, bcol_account,
              payment_account_id, cfs_account_id, payment_method_code, overdue_date, routing_slip)
       SELECT :id, 'SYSTEM', :now, 'CREATED', :fee, 0, 0, 'BCR', account.bcol_account,
              account.id, :cfs_account_id, 'INTERNAL', :overdue_date, :slip
         FROM payment_accounts AS account
        WHERE account.id = :payment_account_id
           ON CONFLICT (id) DO NOTHING
     ),
     line AS (
       INSERT INTO payment_line_items (
              invoice_id, filing_fees, fee_schedule_id, description, pst, total, line_item_status_code,
              future_effective_fees, priority_fees, service_fees, fee_distribution_id)
       SELECT :id, :fee, :fee_schedule_id, :description, 0, :fee, 'ACTIVE', 0, 0, 0, :distribution_id
        WHERE NOT EXISTS (SELECT 1 FROM payment_line_items AS known WHERE known.invoice_id = :id)
     )
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, created_on)
SELECT :id, :invoice_number, :reference_number, 'ACTIVE', :now
 WHERE NOT EXISTS (
       SELECT 1
         FROM invoice_references AS known
        WHERE known.invoice_id = :id
          AND known.status_code IN ('ACTIVE', 'COMPLETED')
       )
