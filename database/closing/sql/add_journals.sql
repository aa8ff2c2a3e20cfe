-- journals.accepted, journals.paid_back, journals.refused: what CGI accepted or refused of ministries' charges;
-- partners.disbursed, partners.given_back, partners.refused: of the shares of partners; cheques.accepted,
-- cheques.refused: of what goes back by cheque or wire. What CGI accepted a second time moved nothing here.
INSERT INTO closing_rows
SELECT CASE WHEN answer.file_type = 'PAYMENT' AND NOT answer.is_accepted THEN 'journals.refused'
            WHEN answer.file_type = 'PAYMENT' AND answer.is_back THEN 'journals.paid_back'
            WHEN answer.file_type = 'PAYMENT' THEN 'journals.accepted'
            WHEN NOT answer.is_accepted THEN 'partners.refused'
            WHEN answer.is_back THEN 'partners.given_back'
            ELSE 'partners.disbursed' END,
       [[answer.at]],
       CASE answer.file_type WHEN 'PAYMENT' THEN 'EJV' ELSE coalesce(header.partner_code, '') END,
       CAST(NULL AS bigint),
       answer.batch_number || '/' || answer.journal || '/' || answer.invoice_id,
       'batch ' || answer.batch_number || ' journal ' || answer.journal || ' ' || answer.subject,
       answer.amount,
       answer.name || ' line ' || answer.line
  FROM closing_journals AS answer
  LEFT JOIN ejv_headers AS header
    ON header.id = answer.journal
 WHERE answer.file_type IN ('PAYMENT', 'DISBURSEMENT')
   AND NOT answer.is_repeated
 UNION ALL
SELECT CASE WHEN item.file_type <> 'NON_GOV_DISBURSEMENT'
            THEN CASE WHEN item.is_accepted THEN 'cheques.accepted' ELSE 'cheques.refused' END
            WHEN item.is_accepted THEN 'partners.disbursed'
            ELSE 'partners.refused' END,
       [[item.at]],
       CASE item.file_type WHEN 'NON_GOV_DISBURSEMENT' THEN coalesce(item.partner, '')
                           WHEN 'EFT_REFUND' THEN 'EFT'
                           ELSE 'CHEQUE' END,
       NULL,
       item.batch_number || '/' || item.subject,
       'batch ' || item.batch_number || ' item ' || item.subject,
       item.amount,
       item.name || ' line ' || item.line
  FROM closing_items AS item
