-- Read invoices with their accounts and references (evidence E1 to E3).
-- in     ids integer[]
-- out    one row an invoice
-- again  reads only
SELECT invoice.id,
       invoice.payment_method_code,
       invoice.invoice_status_code,
       invoice.created_on,
       invoice.total,
       coalesce(invoice.paid, 0),
       invoice.routing_slip,
       invoice.overdue_date,
       invoice.payment_account_id,
       account.auth_account_id,
       coalesce(account.billable, true),
       account.pad_activation_date,
       coalesce(product.is_online_banking_allowed, true),
       reference.active_number,
       CASE WHEN coalesce(reference.active_number, reference.bundle_number) IS NOT NULL
            THEN coalesce(reference.active_on, invoice.created_on) END,
       reference.bundle_number,
       reference.completed_number,
       reference.cancelled_number,
       invoice.payment_date,
       account.name
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account ON account.id = invoice.payment_account_id
  LEFT JOIN corp_types AS product ON product.code = invoice.corp_type_code
  LEFT JOIN LATERAL (
       SELECT max(found.invoice_number) FILTER (WHERE found.status_code = 'ACTIVE' AND NOT found.is_consolidated)
                  AS active_number,
              max(found.created_on) FILTER (WHERE found.status_code = 'ACTIVE') AS active_on,
              max(found.invoice_number) FILTER (WHERE found.status_code = 'ACTIVE' AND found.is_consolidated)
                  AS bundle_number,
              max(found.invoice_number) FILTER (WHERE found.status_code = 'COMPLETED') AS completed_number,
              max(found.invoice_number) FILTER (WHERE found.status_code = 'CANCELLED') AS cancelled_number
         FROM invoice_references AS found
        WHERE found.invoice_id = invoice.id) AS reference ON true
 WHERE invoice.id = ANY (:ids)
 ORDER BY invoice.id
