-- List the line items of an invoice: what can be typed as --line of a partial credit, and what is left of each.
-- in     id
-- out    line, description, fee, service_fee, gl, refunded, left_over
-- again  reads only
SELECT item.id AS line,
       coalesce(item.description, 'Fee') AS description,
       item.total AS fee,
       coalesce(item.service_fees, 0) AS service_fee,
       concat_ws('.', code.client, code.responsibility_centre, code.service_line, code.stob, code.project_code) AS gl,
       coalesce(earlier.amount, 0) AS refunded,
       CASE WHEN invoice.invoice_status_code IN (<<final>>) THEN 0.00
            ELSE item.total + coalesce(item.service_fees, 0) - coalesce(earlier.amount, 0) END AS left_over
  FROM payment_line_items AS item
  JOIN invoices AS invoice
    ON invoice.id = item.invoice_id
  LEFT JOIN distribution_codes AS code
    ON code.distribution_code_id = item.fee_distribution_id
  LEFT JOIN LATERAL (
         SELECT CAST(sum(part.refund_amount) AS numeric(19,2)) AS amount
           FROM refunds_partial AS part
           LEFT JOIN refunds AS refund
             ON refund.id = part.refund_id
          WHERE part.payment_line_item_id = item.id
            AND coalesce(refund.status, '') NOT IN ('PENDING_APPROVAL', 'DECLINED')
       ) AS earlier ON true
 WHERE item.invoice_id = :id
   AND item.line_item_status_code = 'ACTIVE'
 ORDER BY item.id
