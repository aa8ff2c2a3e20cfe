-- Write on the EFT refunds how they went.
-- in     now (naive UTC)
-- out    nothing
-- again  only what is answered now changes
UPDATE eft_refunds AS refund
   SET status                   = CASE WHEN item.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END,
       disbursement_status_code = CASE WHEN item.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END,
       disbursement_date        = CASE WHEN item.is_accepted THEN item.effective_date ELSE refund.disbursement_date END,
       cheque_status            = CASE WHEN item.is_accepted AND upper(refund.refund_method) LIKE 'CH%' THEN 'PROCESSED'
                                       ELSE refund.cheque_status END,
       updated_on               = :now,
       updated_by               = NULL,
       updated_name             = NULL
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND item.rule <> 'in_newer_batch'
   AND refund.id = item.eft_refund_id
