-- What parts the service before us had booked of an invoice before a receipt over all of it, as it wrote the rest: those bear
-- their Application Id, and no payment; 0.00 of any other receipt.
-- in     the alias of the receipt, in place of the name in braces
-- out    an amount in CAD
-- again  reads only; a part that has bounced since counts
-- source docs/specs/cas-settlement-csv.md section 5.4 and weakness 9 of section 10
coalesce((
  SELECT sum(part.amount)
    FROM invoices AS whole
   CROSS JOIN LATERAL (
          SELECT other.id, other.receipt_number, other.receipt_date,
                 CAST(other.receipt_amount AS numeric(19,2)) AS amount
            FROM receipts AS other
           WHERE other.invoice_id = whole.id
           UNION
          SELECT gone.id, gone.receipt_number, gone.receipt_date, CAST(gone.receipt_amount AS numeric(19,2))
            FROM invoice_references AS reference
            JOIN pay_jobs.settlement_rows AS line
              ON line.target_number = reference.invoice_number
             AND line.kind = 'BOUNCE'
            JOIN pay_jobs.bounce_rows AS kept
              ON kept.file_id = line.file_id
             AND kept.line = line.line
             AND kept.pay_table = 'receipts'
           CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS receipts), kept.was) AS gone
           WHERE reference.invoice_id = whole.id
             AND gone.invoice_id = whole.id
        ) AS part
   WHERE whole.id = {alias}.invoice_id
     AND whole.total = CAST({alias}.receipt_amount AS numeric(19,2))
     AND part.id <> {alias}.id
     AND part.amount < whole.total
     AND part.receipt_date <= {alias}.receipt_date
     AND part.receipt_number ~ '^[0-9]+$'
     AND NOT EXISTS (SELECT FROM payments WHERE receipt_number = part.receipt_number)
     AND NOT EXISTS (SELECT FROM credits WHERE cfs_identifier = part.receipt_number)
     AND NOT EXISTS (SELECT FROM invoice_references AS mine
                       JOIN pay_jobs.settlement_rows AS ours
                         ON ours.target_number = mine.invoice_number
                      WHERE mine.invoice_id = whole.id
                        AND <<ours.receipt>> IN (part.receipt_number, {alias}.receipt_number)
                        AND <<ours.counts>>
                        AND ours.kind <> 'BOUNCE')
), 0.00)
