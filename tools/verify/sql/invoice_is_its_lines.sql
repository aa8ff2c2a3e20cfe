-- An invoice whose total, service fees or GST are not those of its lines.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/invoice-lifecycle.md section 2; a withdrawn invoice's lines are cancelled with it. A line's total
--        may hold its GST or not
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       CASE WHEN lines.invoice_id IS NULL THEN 'lines'
            ELSE format('its lines: total %s, service fees %s, GST %s', lines.total, lines.service_fees, lines.gst)
            END AS expected,
       CASE WHEN lines.invoice_id IS NULL THEN format('total %s and no line', invoice.total)
            ELSE format('total %s, service fees %s, GST %s', invoice.total, invoice.service_fees, invoice.gst)
            END AS found
  FROM invoices AS invoice
  LEFT JOIN (SELECT line.invoice_id,
                    sum(line.total + line.service_fees) AS total,
                    sum(line.service_fees) AS service_fees,
                    coalesce(sum(nullif(line.service_fees_gst, 0)), 0) + coalesce(sum(nullif(line.statutory_fees_gst, 0)), 0)
                      AS gst
               FROM payment_line_items AS line
              WHERE line.line_item_status_code = 'ACTIVE'
                AND line.invoice_id >= :first_invoice
              GROUP BY line.invoice_id) AS active
    ON active.invoice_id = invoice.id
 CROSS JOIN LATERAL (
        SELECT min(line.invoice_id) AS invoice_id,
               coalesce(sum(coalesce(line.total, 0) + coalesce(line.service_fees, 0)), 0) AS total,
               coalesce(sum(line.service_fees), 0) AS service_fees,
               coalesce(sum(line.service_fees_gst), 0) + coalesce(sum(line.statutory_fees_gst), 0) AS gst
          FROM payment_line_items AS line
         WHERE line.invoice_id = invoice.id
           AND (line.line_item_status_code = 'ACTIVE' OR invoice.invoice_status_code IN (<<withdrawn>>))
      ) AS lines
 WHERE invoice.id >= :first_invoice
   AND (invoice.total, invoice.service_fees, coalesce(invoice.gst, 0))
       IS DISTINCT FROM (active.total, active.service_fees, active.gst)
   AND ((lines.invoice_id IS NULL AND coalesce(invoice.total, 0) <> 0)
        OR (lines.invoice_id IS NOT NULL
            AND (coalesce(invoice.total, 0) NOT IN (lines.total, lines.total + lines.gst)
                 OR coalesce(invoice.service_fees, 0) <> lines.service_fees
                 OR coalesce(invoice.gst, 0) <> lines.gst)))
