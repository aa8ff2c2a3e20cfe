-- Forget what a run before made of the slips, and the slips.
DELETE FROM pay_jobs.operation_steps; DELETE FROM pay_jobs.operations; DELETE FROM receipts;
DELETE FROM invoice_references; DELETE FROM payments; DELETE FROM invoices; DELETE FROM routing_slips;
DELETE FROM cfs_accounts; DELETE FROM payment_accounts
