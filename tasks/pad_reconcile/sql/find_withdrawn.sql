-- Find the withdrawn invoices that money or a credit memo of the file paid, by receipt, with the first of its lines.
-- in     -
-- out    line, target_number, source (what it was: receipt and its number, or the credit memo), invoice_id, status, amount
-- again  reads only; what came back in the same file is gone by then
WITH lines AS (
       SELECT min(line.line) AS line, line.target_number,
              line.kind = 'MEMO_PART' OR line.rule = 'credit_applied' AS is_part_of_memo,
              line.record_type = 'CMAP' AS is_memo, <<line.receipt>> AS receipt_number,
              array_agg(line.application_id) AS applications, withdrawn.invoice_id, withdrawn.status
         FROM (SELECT DISTINCT invoice_number, invoice_id, invoice_status_code AS status
                 FROM settlement_references
                WHERE invoice_status_code IN (<<withdrawn>>)
                  AND status_code <> 'CANCELLED') AS withdrawn
         JOIN settlement_work AS line
           ON line.target_number = withdrawn.invoice_number
          AND line.outcome = 'applied'
          AND line.kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'PART_ONE', 'SETTLE_CREDIT', 'MEMO_PART')
        GROUP BY 2, 3, 4, 5, 7, 8
     )
SELECT lines.line, lines.target_number,
       CASE WHEN lines.is_memo THEN 'credit memo ' ELSE 'receipt ' END || lines.receipt_number AS source,
       lines.invoice_id, lines.status, paid.amount
  FROM lines
 CROSS JOIN LATERAL (
        SELECT CASE WHEN lines.is_part_of_memo
                    THEN (SELECT sum(credit.amount_applied)
                            FROM applied_credits AS credit
                           WHERE credit.invoice_id = lines.invoice_id
                             AND credit.application_id = ANY (lines.applications))
                    ELSE (SELECT sum(CAST(receipt.receipt_amount AS numeric(19,2)))
                            FROM receipts AS receipt
                           WHERE receipt.invoice_id = lines.invoice_id
                             AND receipt.receipt_number = lines.receipt_number) END AS amount
      ) AS paid
 WHERE paid.amount > 0
