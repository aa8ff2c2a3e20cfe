-- Keep each movement on the accounts of the partners up to a moment: what a partner is owed grows with what was collected
-- and given back, and falls with service fees, refunds and disbursements.
-- in     until (naive UTC), partner and gl (null: all)
-- out    temporary table partner_entries: partner, gl (our fee code), invoice_id, refund_id (of a partial refund), figure,
--        amount (CAD, signed), moment (naive UTC; a day without a time is noon of it), source
-- source docs/specs/cgi-ejv-files.md sections 5 and 7.2: fee and statutory GST are the partner's, service fees never;
--        INTERNAL and DRAWDOWN are not disbursed. Where an invoice has partner rows they tell its disbursement, else its
--        dates. A row has no GL: an invoice of several gets each GL's share, the first one what is left.
CREATE TEMPORARY TABLE partner_entries ON COMMIT DROP AS
WITH lines AS (
       SELECT line.invoice_id, line.fee_distribution_id AS gl, invoice.corp_type_code AS partner,
              line.id AS line_id,
              line.total + CASE WHEN sum(line.total + coalesce(line.service_fees, 0)) OVER invoice_lines = invoice.total
                                THEN 0 ELSE line.statutory_fees_gst END AS due,
              coalesce(line.service_fees, 0) + line.service_fees_gst AS service,
              code.disbursement_distribution_code_id IS NOT NULL OR outside.corp_type_code IS NOT NULL AS is_shared
         FROM payment_line_items AS line
         JOIN invoices AS invoice
           ON invoice.id = line.invoice_id
          AND invoice.payment_method_code NOT IN ('INTERNAL', 'DRAWDOWN')
          AND (CAST(:partner AS text) IS NULL OR invoice.corp_type_code = :partner)
         JOIN distribution_codes AS code
           ON code.distribution_code_id = line.fee_distribution_id
         LEFT JOIN non_gov_disbursement_config AS outside
           ON outside.corp_type_code = invoice.corp_type_code
        WHERE line.line_item_status_code = 'ACTIVE'
           OR invoice.invoice_status_code IN (<<withdrawn>>)
       WINDOW invoice_lines AS (PARTITION BY line.invoice_id)
     ),
     shares AS MATERIALIZED (
       SELECT share.*,
              share.gl = min(share.gl) OVER invoice_shares AS is_first,
              sum(share.due) OVER invoice_shares AS invoice_due,
              invoice.invoice_status_code AS status, invoice.created_on,
              invoice.disbursement_status_code AS disbursement, invoice.disbursement_date,
              invoice.disbursement_reversal_date, invoice.refund_date, invoice.updated_on,
              CASE WHEN invoice.invoice_status_code NOT IN (<<withdrawn>>)
                    AND (invoice.invoice_status_code NOT IN (<<unfinished>>)
                         OR invoice.invoice_status_code = 'REFUND_REQUESTED')
                   THEN coalesce(invoice.payment_date,
                                 CASE WHEN invoice.invoice_status_code = 'PAID' THEN invoice.created_on END)
                   END AS collected_on
         FROM (SELECT invoice_id, gl, partner, sum(due) AS due, sum(service) AS service
                 FROM lines
                WHERE is_shared
                GROUP BY invoice_id, gl, partner) AS share
         JOIN invoices AS invoice
           ON invoice.id = share.invoice_id
       WINDOW invoice_shares AS (PARTITION BY share.invoice_id)
     ),
     parts AS MATERIALIZED (
       SELECT part.id AS refund_id, part.invoice_id, line.fee_distribution_id AS gl, part.refund_amount AS amount,
              coalesce(refund.decision_date, part.created_on) AS approved_on
         FROM refunds_partial AS part
         JOIN payment_line_items AS line
           ON line.id = part.payment_line_item_id
         LEFT JOIN refunds AS refund
           ON refund.id = part.refund_id
        WHERE coalesce(part.refund_type, '') <> 'SERVICE_FEES'
          AND coalesce(refund.status, '') NOT IN ('PENDING_APPROVAL', 'DECLINED')
     ),
     rows AS MATERIALIZED (
       SELECT row.id, row.target_id, lower(row.target_type) AS kind, row.is_reversal, row.status_code,
              CAST(row.amount AS numeric(19,2)) AS amount,
              coalesce(row.feedback_on, row.processed_on, row.created_on) AS moment
         FROM partner_disbursements AS row
        WHERE row.status_code <> 'CANCELLED'
     ),
     entries AS (
       SELECT partner, gl, invoice_id, CAST(NULL AS integer) AS refund_id, 'collected' AS figure, due + service AS amount,
              collected_on AS moment, 'invoice ' || invoice_id AS source
         FROM shares
        WHERE collected_on IS NOT NULL
        UNION ALL
       SELECT partner, gl, invoice_id, NULL, 'service_fees', -service, collected_on, 'invoice ' || invoice_id
         FROM shares
        WHERE collected_on IS NOT NULL AND service <> 0
        UNION ALL
       SELECT share.partner, share.gl, share.invoice_id, NULL, 'refunded',
              coalesce(parted.amount, 0) - share.due,
              coalesce(share.refund_date, asked.at, share.updated_on, share.collected_on),
              'invoice ' || share.invoice_id
         FROM shares AS share
         LEFT JOIN (SELECT invoice_id, max(coalesce(decision_date, requested_date)) AS at
                      FROM refunds
                     WHERE status NOT IN ('PENDING_APPROVAL', 'DECLINED')
                     GROUP BY invoice_id) AS asked
           ON asked.invoice_id = share.invoice_id
         LEFT JOIN (SELECT invoice_id, gl, sum(amount) AS amount FROM parts GROUP BY invoice_id, gl) AS parted
           ON parted.invoice_id = share.invoice_id
          AND parted.gl = share.gl
        WHERE share.status IN (<<refunded>>) AND share.collected_on IS NOT NULL
        UNION ALL
       SELECT share.partner, share.gl, share.invoice_id, part.refund_id, 'refunded', -part.amount, part.approved_on,
              'partial refund ' || part.refund_id
         FROM parts AS part
         JOIN shares AS share
           ON share.invoice_id = part.invoice_id
          AND share.gl = part.gl
        WHERE share.collected_on IS NOT NULL
        UNION ALL
       SELECT share.partner, share.gl, share.invoice_id, NULL,
              CASE WHEN row.is_reversal THEN 'given_back' ELSE 'disbursed' END,
              (share.due + CASE WHEN share.is_first THEN row.amount - share.invoice_due ELSE 0 END)
              * CASE WHEN row.is_reversal THEN 1 ELSE -1 END,
              row.moment, 'partner row ' || row.id
         FROM rows AS row
         JOIN shares AS share
           ON share.invoice_id = row.target_id
        WHERE row.kind = 'invoice' AND row.status_code IN ('COMPLETED', 'REVERSED')
        UNION ALL
       SELECT share.partner, share.gl, share.invoice_id, part.refund_id,
              CASE WHEN row.is_reversal THEN 'given_back' ELSE 'disbursed' END,
              row.amount * CASE WHEN row.is_reversal THEN 1 ELSE -1 END, row.moment, 'partner row ' || row.id
         FROM rows AS row
         JOIN parts AS part
           ON part.refund_id = row.target_id
         JOIN shares AS share
           ON share.invoice_id = part.invoice_id
          AND share.gl = part.gl
        WHERE row.kind = 'partial_refund' AND row.status_code IN ('COMPLETED', 'REVERSED')
        UNION ALL
       SELECT share.partner, share.gl, share.invoice_id, NULL, told.figure, told.amount, told.moment,
              'invoice ' || share.invoice_id
         FROM shares AS share
        CROSS JOIN LATERAL (VALUES
              ('disbursed', -share.due,
               CASE WHEN share.disbursement_date IS NOT NULL OR share.disbursement IN ('COMPLETED', 'REVERSED')
                    THEN coalesce(share.disbursement_date, share.collected_on, share.created_on) END),
              ('given_back', share.due,
               CASE WHEN share.disbursement = 'REVERSED'
                    THEN coalesce(share.disbursement_reversal_date, share.refund_date, share.updated_on, share.created_on) END)
              ) AS told (figure, amount, moment)
        WHERE told.moment IS NOT NULL
          AND NOT EXISTS (SELECT FROM rows WHERE rows.kind = 'invoice' AND rows.target_id = share.invoice_id)
     ),
     dated AS (
       SELECT partner, gl, invoice_id, refund_id, figure, amount, source,
              moment + CASE WHEN moment = date_trunc('day', moment) THEN interval '12 hours' ELSE interval '0' END AS moment
         FROM entries
        WHERE CAST(:gl AS integer) IS NULL OR gl = :gl
     )
SELECT * FROM dated WHERE moment < :until
