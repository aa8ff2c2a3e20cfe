-- credits.made, credits.on_account, credits.used: by the site of the account; what memos paid is told by their
-- applications, what money on account paid by the rows of CAS.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
INSERT INTO closing_rows
SELECT figure.name, [[credit.created_on]], coalesce(credit.cfs_site, ''), figure.item,
       credit.cfs_identifier, 'credit ' || credit.id, CAST(credit.amount AS numeric(19,2)), 'credits ' || credit.id
  FROM credits AS credit
 CROSS JOIN LATERAL (VALUES
       ('credits.made', credit.id, true),
       ('credits.on_account', CAST(NULL AS integer), NOT credit.is_credit_memo)) AS figure (name, item, is_one)
 WHERE credit.created_on >= :since
   AND credit.created_on < :until
   AND figure.is_one
 UNION ALL
SELECT 'credits.used', [[applied.at]], coalesce(credit.cfs_site, ''), credit.id, CAST(NULL AS text), applied.key, applied.amount,
       applied.origin
  FROM closing_applied AS applied
  JOIN credits AS credit
    ON credit.id = applied.credit_id
 UNION ALL
SELECT 'credits.used', [[line.at]], coalesce(credit.cfs_site, ''), credit.id, NULL, line.name || ' line ' || line.line,
       line.amount, line.name || ' line ' || line.line
  FROM closing_lines AS line
  JOIN credits AS credit
    ON credit.cfs_identifier = line.source_number
   AND NOT credit.is_credit_memo
 WHERE line.record_type IN ('ONAC', 'ONAP', 'DRWP')
   AND line.target_type = 'INV'
   AND (line.outcome = 'applied' OR line.rule = 'partial_credit')
