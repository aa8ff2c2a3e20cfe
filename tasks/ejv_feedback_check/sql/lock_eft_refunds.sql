-- Lock the EFT refunds of an AP batch.
-- in     -
-- out    the number of refunds
SELECT count(*)
  FROM (SELECT refund.id
          FROM eft_refunds AS refund
         WHERE CAST(refund.id AS text) IN (SELECT subject FROM feedback_staged)
         ORDER BY refund.id
           FOR UPDATE OF refund) AS locked
