-- money.rows, money.receipts, money.on_account: what CAS applied to invoices or left on account, row by row, and the
-- receipts of those rows; money.others: receipts that no file of ours tells of, as of cards;
-- slips.paid: what deposits of routing slips paid, which is no money that came in.
-- The method of a row is how its money came; CREDIT is the use of money that had come before.
INSERT INTO closing_rows
SELECT CASE line.kind WHEN 'ON_ACCOUNT' THEN 'money.on_account' ELSE 'money.rows' END, [[line.at]],
       CASE WHEN line.kind = 'SETTLE_CREDIT' THEN 'CREDIT'
            WHEN line.kind = 'SETTLE_PAD' OR line.record_type = 'PADP' THEN 'PAD'
            WHEN line.record_type = 'BOLP' THEN 'ONLINE_BANKING'
            WHEN line.record_type = 'EFTP' THEN 'EFT'
            ELSE '' END,
       CAST(NULL AS bigint),
       CASE line.kind WHEN 'ON_ACCOUNT' THEN line.source_number
                      ELSE line.target_number || '/' || line.receipt_number END,
       line.name || ' line ' || line.line, line.amount, line.name || ' line ' || line.line
  FROM closing_lines AS line
 WHERE line.outcome = 'applied'
   AND (line.kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'PART_ONE', 'ON_ACCOUNT')
        OR line.kind = 'SETTLE_CREDIT' AND line.record_type <> 'CMAP')
   AND line.record_type NOT IN ('CMAP')
 UNION ALL
SELECT CASE receipt.source WHEN 'file' THEN 'money.receipts'
                           WHEN 'journal' THEN 'journals.receipts'
                           ELSE CASE receipt.method WHEN 'INTERNAL' THEN 'slips.paid' ELSE 'money.others' END
       END,
       [[receipt.at]], receipt.method, CAST(NULL AS bigint), receipt.pair, receipt.key, receipt.amount,
       receipt.origin
  FROM closing_receipts AS receipt
