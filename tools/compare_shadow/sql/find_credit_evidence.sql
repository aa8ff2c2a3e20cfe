-- Find the credits of the old system whose balance cannot be: below zero, or more than they were made over.
-- in     since (naive UTC, or null)
-- out    decision, kind and subject: the credit, and the account it is added up for
-- again  reads only
SELECT 'D-PAD-21' AS decision, about.kind, about.subject
  FROM credits AS credit
 CROSS JOIN LATERAL (VALUES ('receipt', credit.cfs_identifier),
                            ('account', CAST(credit.account_id AS text))) AS about (kind, subject)
 WHERE (credit.remaining_amount < 0 OR credit.remaining_amount > credit.amount)
   AND credit.created_on >= coalesce(CAST(:since AS timestamp), '-infinity')
