-- An invoice with a date before it was made, or after tomorrow.
-- in     now: naive UTC
-- source docs/specs/invoice-lifecycle.md section 1.1; payment and refund dates of files are days without a time: their
--        midnight is up to 32 hours before an evening's UTC; a ministry's effective date may be the next business day
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('from %s on, until now', invoice.created_on) AS expected,
       format('%s %s', wrong.name, wrong.value) AS found
  FROM invoices AS invoice
 CROSS JOIN LATERAL (
        SELECT name, value
          FROM (VALUES ('created_on', invoice.created_on),
                       ('updated_on', invoice.updated_on),
                       ('payment_date', invoice.payment_date),
                       ('refund_date', invoice.refund_date),
                       ('disbursement_date', invoice.disbursement_date),
                       ('disbursement_reversal_date', invoice.disbursement_reversal_date)) AS one (name, value)
         WHERE one.value < invoice.created_on - interval '32 hours'
            OR one.value > CAST(:now AS timestamp) + interval '7 days'
      ) AS wrong
 WHERE invoice.id >= :first_invoice
   AND (least(invoice.updated_on, invoice.payment_date, invoice.refund_date, invoice.disbursement_date,
              invoice.disbursement_reversal_date) < invoice.created_on - interval '32 hours'
     OR greatest(invoice.created_on, invoice.updated_on, invoice.payment_date, invoice.refund_date,
                 invoice.disbursement_date, invoice.disbursement_reversal_date) > CAST(:now AS timestamp) + interval '7 days')
