-- Count the numbers that bounced and whose PAD payment is completed all the same.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(bounced.invoice_number ORDER BY bounced.id DESC))[1:5], '{}') AS examples
  FROM (SELECT bounce.invoice_number,
               max(bounce.id) AS id
          FROM non_sufficient_funds AS bounce
         WHERE coalesce(bounce.description, '') NOT LIKE 'UNDONE: %'
           AND EXISTS (SELECT FROM payments AS payment
                        WHERE payment.invoice_number = bounce.invoice_number
                          AND payment.payment_method_code = 'PAD'
                          AND payment.payment_status_code = 'COMPLETED')
         GROUP BY bounce.invoice_number) AS bounced
