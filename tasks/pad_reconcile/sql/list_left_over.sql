-- List the credit memo lines of which an amount found no invoice, and those that settled in CFS a number that stays open here
-- because an invoice that is paid by card has it too.
-- in     -
-- out    line, target_number, placed, unplaced, shares_card, settles
-- again  reads only
SELECT memo.line,
       line.target_number,
       memo.placed,
       memo.unplaced,
       shared.by_card AS shares_card,
       memo.kind = 'SETTLE_CREDIT' AS settles
  FROM settlement_placed AS memo
  JOIN wave_rows AS line
    ON line.line = memo.line
 CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM settlement_references AS reference
                        WHERE reference.invoice_number = line.target_number
                          AND reference.status_code = 'ACTIVE'
                          AND reference.payment_method_code = 'CC') AS by_card
      ) AS shared
 WHERE (memo.unplaced <> 0 AND (memo.placed <> 0 OR memo.kind = 'SETTLE_CREDIT'))
    OR (shared.by_card AND memo.kind = 'SETTLE_CREDIT')
