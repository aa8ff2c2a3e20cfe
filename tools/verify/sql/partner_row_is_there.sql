-- What a partner should be paid, or should give back, without a row of partner_disbursements.
-- source docs/specs/cgi-ejv-files.md section 5.1: of partners with has_partner_disbursements, from their first row on, the
--        API writes a row for each EFT invoice, a reversal when it is given up after the row left, and a reversal for each
--        partial refund once it is approved; the row that takes something back is missed from that day on
WITH partners AS (
       SELECT partner.code,
              (SELECT row.created_on
                 FROM partner_disbursements AS row
                WHERE row.partner_code = partner.code
                ORDER BY row.id
                LIMIT 1) AS first_on
         FROM corp_types AS partner
        WHERE partner.has_partner_disbursements
     ),
     judged AS (
       SELECT partners.code AS partner, 'invoice ' || invoice.id AS row, invoice.id AS invoice_id,
              invoice.payment_account_id AS account_id,
              invoice.total - coalesce(invoice.service_fees, 0) - coalesce(gst.service, 0) AS amount,
              CASE WHEN rows.first_is_reversal OR invoice.invoice_status_code NOT IN (<<final>>)
                   THEN invoice.created_on
                   ELSE coalesce(invoice.refund_date, asked.at, invoice.updated_on, invoice.created_on) END AS made_on,
              CASE WHEN rows.target_id IS NULL AND invoice.invoice_status_code NOT IN (<<final>>)
                   THEN 'no row disburses it'
                   WHEN rows.first_is_reversal
                   THEN 'a reversal without the row that disbursed it'
                   WHEN NOT rows.last_is_reversal AND invoice.invoice_status_code IN (<<final>>)
                   THEN CASE WHEN rows.last_status = 'WAITING_FOR_JOB' THEN 'it was given up, and its row still waits'
                             ELSE 'it was given up after its row left, and no row takes it back' END END AS why
         FROM partners
         JOIN invoices AS invoice
           ON invoice.corp_type_code = partners.code
          AND invoice.payment_method_code = 'EFT'
          AND invoice.created_on >= partners.first_on
          AND invoice.id >= :first_invoice
          AND invoice.total - coalesce(invoice.service_fees, 0) > 0
         LEFT JOIN (SELECT row.target_id,
                           (array_agg(row.is_reversal ORDER BY row.id))[1] AS first_is_reversal,
                           (array_agg(row.is_reversal ORDER BY row.id DESC))[1] AS last_is_reversal,
                           (array_agg(row.status_code ORDER BY row.id DESC))[1] AS last_status
                      FROM partner_disbursements AS row
                     WHERE row.status_code <> 'CANCELLED'
                       AND lower(row.target_type) = 'invoice'
                       AND row.target_id >= :first_invoice
                     GROUP BY row.target_id) AS rows
           ON rows.target_id = invoice.id
         LEFT JOIN LATERAL (
                SELECT sum(line.service_fees_gst) AS service
                  FROM payment_line_items AS line
                 WHERE line.invoice_id = invoice.id
              ) AS gst ON true
         LEFT JOIN LATERAL (
                SELECT max(coalesce(refund.decision_date, refund.requested_date)) AS at
                  FROM refunds AS refund
                 WHERE refund.invoice_id = invoice.id
                   AND refund.status NOT IN ('PENDING_APPROVAL', 'DECLINED')
              ) AS asked ON true
        UNION ALL
       SELECT partners.code, 'partial refund ' || part.id, invoice.id, invoice.payment_account_id, part.refund_amount,
              coalesce(refund.decision_date, part.created_on), 'no row takes it back from the partner'
         FROM partners
         JOIN invoices AS invoice
           ON invoice.corp_type_code = partners.code
          AND invoice.payment_method_code NOT IN ('INTERNAL', 'DRAWDOWN')
         JOIN refunds_partial AS part
           ON part.invoice_id = invoice.id
          AND coalesce(part.refund_type, '') <> 'SERVICE_FEES'
         LEFT JOIN refunds AS refund
           ON refund.id = part.refund_id
        WHERE coalesce(refund.status, '') NOT IN ('PENDING_APPROVAL', 'DECLINED')
          AND coalesce(refund.decision_date, part.created_on) >= partners.first_on
          AND (CAST(:since AS timestamp) IS NULL OR coalesce(refund.decision_date, part.created_on) >= :since)
          AND NOT EXISTS (SELECT FROM partner_disbursements AS row
                           WHERE row.target_id = part.id
                             AND lower(row.target_type) = 'partial_refund'
                             AND row.status_code <> 'CANCELLED')
     )
SELECT judged.row,
       'explain invoice ' || judged.invoice_id AS next,
       judged.account_id,
       judged.made_on AS day,
       format('a row of partner_disbursements for %s', judged.partner) AS expected,
       judged.why AS found,
       judged.partner,
       judged.amount
  FROM judged
 WHERE judged.why IS NOT NULL
