-- Whether a ministry was charged for an invoice: that has a payment date, a receipt over something, or an accepted charge.
-- in     the alias of the invoice, in place of the name in braces
-- out    a condition. What is looked up is added up, as PostgreSQL may read a whole table for EXISTS
-- again  reads only
({alias}.payment_date IS NOT NULL
 OR (SELECT coalesce(max(receipt.receipt_amount), 0)
       FROM receipts AS receipt
      WHERE receipt.invoice_id = {alias}.id) > 0
 OR (SELECT coalesce(bool_or(charge.disbursement_status_code = 'COMPLETED'), false)
       FROM ejv_links AS charge
       JOIN ejv_headers AS header
         ON header.id = charge.ejv_header_id
       JOIN ejv_files AS file
         ON file.id = header.ejv_file_id
        AND file.file_type = 'PAYMENT'
      WHERE charge.link_id = {alias}.id
        AND coalesce(charge.link_type, 'invoice') = 'invoice'))
