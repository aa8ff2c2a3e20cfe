-- Read an invoice with its account and CFS profile, and lock it until the transaction ends.
-- in     id
-- out    one row if there is such an invoice
-- again  reads only
SELECT invoice.id,
       invoice.invoice_status_code AS status,
       invoice.payment_method_code AS method,
       invoice.total,
       coalesce(invoice.paid, 0)   AS paid,
       coalesce(invoice.refund, 0) AS refund,
       invoice.payment_account_id  AS account_id,
       cfs.cfs_party               AS party,
       cfs.cfs_account             AS account,
       cfs.cfs_site                AS site,
       cfs.status                  AS profile_status,
       invoice.refund_date,
       product.code                AS corp_type,
       coalesce(product.refund_allowed, true)   AS refund_allowed,
       coalesce(product.refund_approval, false) AS refund_approval,
       coalesce(method.partial_refund, false)   AS partial_refund
  FROM invoices AS invoice
  LEFT JOIN cfs_accounts AS cfs
    ON cfs.id = invoice.cfs_account_id
  LEFT JOIN corp_types AS product
    ON product.code = invoice.corp_type_code
  LEFT JOIN payment_methods AS method
    ON method.code = invoice.payment_method_code
 WHERE invoice.id = :id
   FOR UPDATE OF invoice
