-- Write the refund that a partial credit is, as the API does for each request: from now on the API refuses another.
-- in     invoice_id, reason, run_id (null: none), now (naive UTC)
-- out    its id
-- again  the caller has locked the invoice and found no other
INSERT INTO refunds (invoice_id, type, status, reason, requested_by, requested_date)
VALUES (:invoice_id,
        'INVOICE',
        'APPROVAL_NOT_REQUIRED',
        left(:reason, 250),
        left(coalesce(
            (SELECT nullif(split_part(triggered_by, 'hand:', 2), '') FROM pay_jobs.job_runs WHERE id = :run_id),
            'pay-jobs'), 50),
        :now)
RETURNING id
