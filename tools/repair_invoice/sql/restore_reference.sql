-- Let an invoice that is settled have a completed reference: the one that was cancelled, or a new one.
-- in     invoice, number, reference_number or null, now (naive UTC)
-- out    nothing
-- again  an invoice that has one is left alone
WITH kept AS (
       SELECT FROM invoice_references WHERE invoice_id = :invoice AND status_code IN ('ACTIVE', 'COMPLETED')
     ),
     restored AS (
       UPDATE invoice_references
          SET status_code = 'COMPLETED'
        WHERE invoice_id = :invoice
          AND invoice_number = :number
          AND NOT EXISTS (SELECT FROM kept)
       RETURNING id
     )
INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code, is_consolidated, created_on)
SELECT :invoice, :number, :reference_number, 'COMPLETED', false, :now
 WHERE NOT EXISTS (SELECT FROM kept)
   AND NOT EXISTS (SELECT FROM restored)
