-- Tell what happened to one routing slip and its children.
-- in     number
-- out    at, what, detail
-- again  reads only
-- source docs/specs/routing-slips.md section 1
WITH family AS (
       SELECT * FROM routing_slips WHERE number = :number OR parent_number = :number
     )
SELECT at, what, detail
  FROM (
       SELECT slip.created_on AS at, 1 AS rank,
              CASE WHEN slip.number = :number THEN 'slip made' ELSE 'child slip made' END AS what,
              slip.number || coalesce(', now ' || slip.status, '') || ': total ' || coalesce(slip.total, 0) || ', remaining ' || coalesce(slip.remaining_amount, 0)
              || ' CAD, CFS version ' || coalesce(slip.cas_version_suffix, 1)
              || CASE WHEN slip.cas_mismatch THEN ', does not match CFS' ELSE '' END AS detail
         FROM family AS slip
       UNION ALL
       SELECT NULL, 2, 'CFS account ' || coalesce(cfs.status, '?'),
              slip.number || ': account ' || coalesce(cfs.cfs_account, '-') || ', site ' || coalesce(cfs.cfs_site, '-')
         FROM family AS slip JOIN cfs_accounts AS cfs ON cfs.account_id = slip.payment_account_id
       UNION ALL
       SELECT payment.payment_date, 3, 'payment ' || coalesce(payment.payment_status_code, '?'),
              payment.payment_method_code || ' ' || CAST(payment.paid_amount AS numeric(19,2)) || ' CAD, slip ' || payment.receipt_number
         FROM payments AS payment
        WHERE payment.is_routing_slip AND payment.receipt_number IN (SELECT number FROM family)
       UNION ALL
       SELECT invoice.created_on, 4, 'invoice made',
              invoice.id || ', ' || invoice.total || ' CAD, slip ' || invoice.routing_slip || ', now '
              || invoice.invoice_status_code
         FROM invoices AS invoice WHERE invoice.routing_slip IN (SELECT number FROM family)
       UNION ALL
       SELECT operation.created_on AT TIME ZONE 'UTC', 5, substr(operation.kind, 6) || ' begun',
              'operation ' || operation.id || ' on ' || split_part(operation.subject, ' ', 2) || ', now ' || operation.state || coalesce(': ' || operation.why, '')
              || coalesce(', because ' || operation.reason, '')
         FROM pay_jobs.operations AS operation WHERE operation.subject IN (SELECT 'slip ' || number FROM family)
       UNION ALL
       SELECT coalesce(step.answered_on, step.sent_on) AT TIME ZONE 'UTC', 6, 'step ' || step.state,
              step.kind || ' ' || step.subject || ' (operation ' || step.operation_id || ')'
         FROM pay_jobs.operation_steps AS step
         JOIN pay_jobs.operations AS operation ON operation.id = step.operation_id
        WHERE operation.subject IN (SELECT 'slip ' || number FROM family)
       UNION ALL
       SELECT moved.moved_on AT TIME ZONE 'UTC', 7, replace(moved.kind, '_', ' '),
              -moved.amount || ' CAD, slip ' || moved.slip
              || coalesce('; the ' || moved.before || ' CAD before that were paid by AP, or written off', '')
         FROM pay_jobs.slip_movements AS moved
        WHERE moved.kind IN ('refunded', 'written_off') AND moved.slip IN (SELECT number FROM family)
       UNION ALL
       SELECT refund.requested_date, 7, 'refund asked for',
              'slip ' || slip.number || ', now ' || refund.status
              || coalesce(', cheque of ' || CAST(refund.gl_posted AS date), '') || coalesce(': ' || refund.reason, '')
         FROM family AS slip
         JOIN refunds AS refund ON refund.routing_slip_id = slip.id
       UNION ALL
       SELECT NULL, 7, 'refund ' || slip.refund_status,
              'slip ' || slip.number || ', ' || coalesce(slip.refund_amount, 0) || ' CAD handed over'
         FROM family AS slip WHERE slip.refund_status IS NOT NULL
       UNION ALL
       SELECT file.received_on AT TIME ZONE 'UTC', 7, 'cheque line ' || line.outcome,
              file.name || ' line ' || line.line || ', REFUND batch ' || sent.id || ', slip ' || slip.number || ': '
              || line.record || ' ' || line.code || coalesce(', ' || nullif(line.message, ''), '')
         FROM family AS slip
         JOIN ejv_files AS sent ON sent.file_type = 'REFUND' AND sent.created_on >= slip.created_on
         JOIN pay_jobs.feedback_batches AS batch ON batch.batch_number = sent.id
         JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = batch.file_id
          AND line.line BETWEEN batch.first_line AND batch.last_line
        WHERE line.subject = slip.number AND (line.record = 'IH' OR line.code <> '0000')
       UNION ALL
       SELECT comment.timestamp AT TIME ZONE 'UTC', 8, 'comment', comment.submitter_name || ': ' || coalesce(comment.comment, '')
         FROM comments AS comment WHERE comment.routing_slip_number IN (SELECT number FROM family)
       ) AS events
 ORDER BY at NULLS FIRST, rank, detail
