-- A paid invoice whose payment date is the day of no receipt of its number, or a slip's transaction with a receipt of another time.
-- A line over 0.00 gives its date to an invoice, and no receipt where another line has one.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/invoice-lifecycle.md section 1.1: the Application Date of the settlement line, the effective date of
--        the feedback line, else the time of the payment. The invoices of a number have one date; a receipt of a routing
--        slip is made anew at a correction, when the slip is changed, and the invoice keeps its date
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('the day of a receipt: %s to %s', CAST(received.first_day AS date), CAST(received.last_day AS date)) AS expected,
       format('paid on %s', invoice.payment_date) AS found
  FROM (SELECT invoice_id, min(receipt_date) AS first_day, max(receipt_date) AS last_day
          FROM receipts
         WHERE invoice_id >= :first_invoice
         GROUP BY invoice_id) AS own
  JOIN invoices AS invoice
    ON invoice.id = own.invoice_id
 CROSS JOIN LATERAL (
        SELECT min(receipt.receipt_date) AS first_day, max(receipt.receipt_date) AS last_day,
               EXISTS (SELECT FROM invoice_references AS mine
                         JOIN pay_jobs.settlement_rows AS line
                           ON line.target_number = mine.invoice_number
                          AND line.outcome = 'applied'
                          AND line.kind <> 'BOUNCE'
                          AND line.application_date = CAST(invoice.payment_date AS date)
                        WHERE mine.invoice_id = invoice.id
                          AND mine.status_code = 'COMPLETED') AS has_line
          FROM invoice_references AS reference
          JOIN invoice_references AS sibling
            ON sibling.invoice_number = reference.invoice_number
           AND sibling.status_code = 'COMPLETED'
          JOIN receipts AS receipt
            ON receipt.invoice_id = sibling.invoice_id
         WHERE reference.invoice_id = invoice.id
           AND reference.status_code = 'COMPLETED'
      ) AS received
 WHERE invoice.id >= :first_invoice
   AND invoice.payment_method_code <> 'INTERNAL'
   AND invoice.payment_date NOT BETWEEN own.first_day - interval '1 day' AND own.last_day + interval '1 day'
   AND invoice.payment_date NOT BETWEEN received.first_day - interval '1 day' AND received.last_day + interval '1 day'
   AND NOT received.has_line
 UNION ALL
SELECT 'invoice ' || invoice.id,
       'explain invoice ' || invoice.id,
       invoice.payment_account_id,
       invoice.created_on,
       format('receipts from %s to %s', coalesce(invoice.payment_date, invoice.created_on),
              greatest(invoice.payment_date, slip.updated_on)),
       format('%s to %s%s', min(receipt.receipt_date), max(receipt.receipt_date),
              CASE WHEN bool_or(receipt.receipt_date IS NULL) THEN ', one without a date' END)
  FROM invoices AS invoice
  JOIN routing_slips AS slip
    ON slip.number = invoice.routing_slip
  JOIN receipts AS receipt
    ON receipt.invoice_id = invoice.id
   AND receipt.invoice_id >= :first_invoice
 WHERE invoice.id >= :first_invoice
   AND invoice.payment_method_code = 'INTERNAL'
   AND invoice.invoice_status_code = 'PAID'
 GROUP BY invoice.id, slip.id
HAVING min(receipt.receipt_date) < coalesce(invoice.payment_date, invoice.created_on) - interval '1 day'
    OR max(receipt.receipt_date) > greatest(invoice.payment_date, slip.updated_on) + interval '1 day'
    OR bool_or(receipt.receipt_date IS NULL)
