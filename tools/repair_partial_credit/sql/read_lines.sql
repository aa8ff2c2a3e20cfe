-- Read what can be credited of an invoice: fee and service fee of each line item, with GL code and earlier refunds.
-- in     id, today date
-- out    one row a part of a line; gl is null where the code lacks a segment or is not in force today; is_shared where
--        the money goes on to a partner
-- again  reads only
SELECT part.line,
       part.kind,
       part.amount,
       coalesce(earlier.amount, 0) AS refunded,
       part.description,
       code.name                   AS gl_name,
       part.kind = 'BASE_FEES' AND code.disbursement_distribution_code_id IS NOT NULL AS is_shared,
       CASE WHEN code.start_date <= :today AND coalesce(code.end_date >= :today, true)
            THEN nullif(code.client, '') || '.' || nullif(code.responsibility_centre, '') || '.'
                 || nullif(code.service_line, '') || '.' || nullif(code.stob, '') || '.'
                 || nullif(code.project_code, '') || '.000000.0000' END AS gl
  FROM (SELECT item.id AS line,
               'BASE_FEES' AS kind,
               item.total AS amount,
               coalesce(item.description, 'Fee') AS description,
               item.fee_distribution_id AS code_id
          FROM payment_line_items AS item
         WHERE item.invoice_id = :id
           AND item.line_item_status_code = 'ACTIVE'
         UNION ALL
        SELECT item.id,
               'SERVICE_FEES',
               item.service_fees,
               'Service Fee',
               fee_code.service_fee_distribution_code_id
          FROM payment_line_items AS item
          LEFT JOIN distribution_codes AS fee_code
            ON fee_code.distribution_code_id = item.fee_distribution_id
         WHERE item.invoice_id = :id
           AND item.line_item_status_code = 'ACTIVE'
           AND item.service_fees > 0) AS part
  LEFT JOIN distribution_codes AS code
    ON code.distribution_code_id = part.code_id
  LEFT JOIN LATERAL (
         SELECT sum(given.refund_amount) AS amount
           FROM refunds_partial AS given
           LEFT JOIN refunds AS refund
             ON refund.id = given.refund_id
          WHERE given.payment_line_item_id = part.line
            AND coalesce(refund.status, '') <> 'DECLINED'
            AND (coalesce(given.refund_type, '') = 'SERVICE_FEES') = (part.kind = 'SERVICE_FEES')
       ) AS earlier ON true
 ORDER BY part.line, part.kind
