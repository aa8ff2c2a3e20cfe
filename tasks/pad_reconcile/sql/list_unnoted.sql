-- List the credit memo lines that are not noted because their application is noted already, of another memo, number or amount.
-- in     memos_only: true for rows that cover part of an invoice, false for those that cover the rest
-- out    line, target_number, source_number, application_id, amount, noted (what stands under the application)
-- again  reads only; a line that came before is no news
-- source docs/specs/cas-settlement-csv.md section 7 B 1
SELECT line.line, line.target_number, line.source_number, line.application_id, line.amount, noted.said AS noted
  FROM wave_rows AS line
 CROSS JOIN LATERAL (
        SELECT string_agg(format('%s CAD of %s for %s', amount, cfs_identifier, invoice_number), ', '
                          ORDER BY cfs_identifier, invoice_number) AS said,
               bool_and(cfs_identifier = line.source_number AND invoice_number = line.target_number
                        AND amount = line.amount) AS is_this
          FROM (SELECT applied.cfs_identifier, applied.invoice_number,
                       CAST(sum(applied.amount_applied) AS numeric(19,2)) AS amount
                  FROM applied_credits AS applied
                 WHERE applied.application_id = line.application_id
                 GROUP BY 1, 2) AS memo
      ) AS noted
 WHERE line.record_type = 'CMAP'
   AND line.kind IN ('MEMO_PART', 'SETTLE_CREDIT')
   AND (line.kind = 'MEMO_PART') = :memos_only
   AND line.outcome <> 'rejected'
   AND line.rule <> 'same_row'
   AND NOT noted.is_this
   AND line.line NOT IN (SELECT placed.line FROM settlement_placed AS placed)
   AND NOT EXISTS (SELECT FROM (SELECT application_id, source_number, target_number, amount
                                  FROM pay_jobs.settlement_rows AS before
                                 WHERE before.target_number = line.target_number
                                   AND <<before.counts>>
                                 UNION ALL
                                SELECT application_id, source_number, target_number, amount
                                  FROM settlement_work AS above
                                 WHERE above.line < line.line
                                   AND <<above.counts>>) AS same
                    WHERE same.application_id = line.application_id
                      AND same.source_number = line.source_number
                      AND same.target_number = line.target_number
                      AND same.amount = line.amount)
