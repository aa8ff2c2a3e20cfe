-- Find what decisions about routing slips may excuse, from the work that we did on them.
-- in     since (naive UTC, or null), waiting text[] (slips that the old system leaves unworked)
-- out    decision, kind and subject: slip, account, receipt, invoice
-- again  reads only
-- source docs/decisions/routing-slip-recreate.md, "Rows that differ"
WITH worked AS (
       SELECT slip.id, slip.number, slip.parent_number, slip.status, operation.kind, operation.state,
              EXISTS (SELECT FROM routing_slips AS child WHERE child.parent_number = slip.number) AS has_children,
              EXISTS (SELECT FROM invoices AS free
                       WHERE free.routing_slip = slip.number
                         AND free.payment_method_code = 'INTERNAL' AND free.total = 0) AS has_free,
              EXISTS (SELECT FROM invoices AS fee
                       WHERE fee.routing_slip IN (slip.number, slip.parent_number)
                         AND fee.payment_method_code = 'INTERNAL' AND fee.corp_type_code = 'BCR') AS is_charged
         FROM routing_slips AS slip
         JOIN pay_jobs.operations AS operation
           ON operation.subject = 'slip ' || slip.number
        WHERE operation.created_on >= coalesce(CAST(:since AS timestamp) AT TIME ZONE 'UTC', '-infinity')
     ),
     spoken AS (
       SELECT 'D-SLIP-02' AS decision, number AS slip, parent_number AS other FROM worked
        WHERE state = 'refused'
        UNION ALL
       SELECT 'D-SLIP-04', number, NULL FROM worked
        WHERE kind IN ('slip void', 'slip nsf', 'slip correction') AND state = 'done' AND number = ANY (:waiting)
        UNION ALL
       SELECT 'D-SLIP-05', parent_number, NULL FROM worked
        WHERE kind = 'slip link' AND state = 'done' AND is_charged
        UNION ALL
       SELECT 'D-SLIP-06', parent_number, NULL FROM worked
        WHERE kind = 'slip link' AND state = 'done'
        UNION ALL
       SELECT 'D-SLIP-08', child.number, NULL
         FROM worked JOIN routing_slips AS child ON child.parent_number = worked.number
        WHERE worked.kind = 'slip nsf' AND worked.state = 'done'
        UNION ALL
       SELECT 'D-SLIP-14', number, NULL FROM worked
        WHERE kind IN ('slip nsf', 'slip correction') AND state = 'done' AND has_free
        UNION ALL
       SELECT 'D-SLIP-09', number, NULL FROM worked
        WHERE kind = 'slip nsf' AND state = 'done'
        UNION ALL
       SELECT 'D-SLIP-07', number, NULL FROM worked
        WHERE kind = 'slip correction' AND state = 'done'
        UNION ALL
       SELECT 'D-SLIP-10', number, NULL FROM worked
        WHERE kind = 'slip correction' AND state = 'done' AND has_children
        UNION ALL
       SELECT 'D-SLIP-11', number, NULL FROM worked
        WHERE kind IN ('slip refund', 'slip write_off') AND state = 'done' AND number = ANY (:waiting)
        UNION ALL
       SELECT 'D-SLIP-13', number, NULL FROM worked
        WHERE kind = 'slip nsf' AND state = 'done' AND has_children
        UNION ALL
       SELECT 'D-SLIP-12', number, NULL FROM worked
        WHERE kind = 'slip refund' AND state = 'done'
          AND (SELECT count(*) FROM refunds AS refund WHERE refund.routing_slip_id = worked.id) > 1
     )
SELECT DISTINCT spoken.decision, about.kind, about.subject
  FROM spoken
  JOIN routing_slips AS slip
    ON slip.number IN (spoken.slip, spoken.other)
 CROSS JOIN LATERAL (
         SELECT 'slip' AS kind, slip.number AS subject
          UNION ALL
         SELECT 'receipt', slip.number
          UNION ALL
         SELECT 'account', CAST(slip.payment_account_id AS text)
          UNION ALL
         SELECT 'invoice', CAST(invoice.id AS text)
           FROM invoices AS invoice
          WHERE invoice.routing_slip = slip.number
       ) AS about
