-- Give the demo's week higher numbers than the past has, as its rows are the newest: whatever names an invoice, a batch or a
-- journal by its number follows.
UPDATE invoices SET id = id + {invoices};
UPDATE payment_line_items SET invoice_id = invoice_id + {invoices};
UPDATE invoice_references SET invoice_id = invoice_id + {invoices};
UPDATE receipts SET invoice_id = invoice_id + {invoices};
UPDATE refunds SET invoice_id = invoice_id + {invoices};
UPDATE credits SET created_invoice_id = created_invoice_id + {invoices};
UPDATE non_sufficient_funds SET invoice_id = invoice_id + {invoices};
UPDATE ejv_files SET id = id + {batches};
UPDATE ejv_headers SET id = id + {journals}, ejv_file_id = ejv_file_id + {batches};
UPDATE ejv_links SET link_id = link_id + {invoices}, ejv_header_id = ejv_header_id + {journals};
UPDATE partner_disbursements SET target_id = target_id + {invoices}
