-- Decide what became of each invoice, as it stands when the week ends: what the runs up to Thursday night
-- sent is settled, what Friday and Saturday sent is waiting, what came after Saturday 19:00 is not sent.
-- in     starts timestamp[8], week_start date; demo_drawn, demo_outcomes, cfs_accounts
-- out    temporary table demo_invoices
-- again  gone when the transaction ends
CREATE TEMPORARY TABLE demo_invoices ON COMMIT DROP AS
WITH decided AS (
    SELECT drawn.*,
           cfs.id AS cfs_account_id,
           CASE
               WHEN drawn.former THEN 'PAID'
               WHEN drawn.method = 'PAD' THEN CASE
                   WHEN cfs.status = 'FREEZE' AND night <= 4 THEN 'BOUNCED'
                   WHEN cfs.status <> 'ACTIVE' OR night = 7 THEN 'UNSENT'
                   WHEN fate < 10 THEN 'CANCELLED'
                   WHEN fate < 15 THEN 'UNSENT'
                   WHEN night > 4 OR bundle < 8 THEN 'WAITING'
                   WHEN fate < 25 THEN 'CREDITED'
                   ELSE 'PAID' END
               WHEN drawn.method = 'EFT' THEN CASE
                   WHEN cfs.status <> 'ACTIVE' OR night = 7 THEN 'UNSENT'
                   WHEN fate < 15 THEN 'CANCELLED'
                   WHEN fate < 120 AND night <= 2 THEN 'PAID'
                   ELSE 'WAITING' END
               WHEN drawn.method = 'EJV' THEN CASE
                   WHEN night > 5 THEN 'UNSENT'
                   WHEN pg_temp.dice(drawn.account_id, 'GL refused', 100) < 2 AND night = 5 THEN 'UNSENT'
                   WHEN pg_temp.dice(drawn.account_id, 'GL refused', 100) < 2 AND night = 4 THEN 'REJECTED'
                   WHEN night = 5 THEN 'WAITING'
                   WHEN fate < 10 THEN 'REFUND_REQUESTED'
                   ELSE 'PAID' END
               WHEN drawn.method = 'ONLINE_BANKING' THEN CASE
                   WHEN night = 7 THEN 'NEW'
                   WHEN night <= 2 AND fate < 500 THEN 'PAID'
                   WHEN night <= 2 AND fate < 520 THEN 'PART_PAID'
                   WHEN night <= 2 AND fate < 530 THEN 'CREDITED'
                   ELSE 'SCHEDULED' END
               WHEN drawn.method = 'DIRECT_PAY' THEN
                   (ARRAY['OPEN', 'DELETED', 'REFUND_REQUESTED', 'REFUNDED', 'PAID'])
                       [1 + width_bucket(fate, ARRAY[80, 100, 115, 125])]
               WHEN drawn.method = 'DRAWDOWN' THEN
                   (ARRAY['NEW', 'REFUND_REQUESTED', 'PAID'])[1 + width_bucket(fate, ARRAY[20, 25])]
               WHEN drawn.slip_status = 'ACTIVE' AND (night = 7 OR fate < 60) THEN 'UNSENT'
               ELSE 'PAID'
           END AS outcome
      FROM demo_drawn AS drawn
      LEFT JOIN cfs_accounts AS cfs
        ON cfs.account_id = drawn.account_id
       AND cfs.payment_method = drawn.method
)
SELECT decided.*,
       result.status,
       result.reference,
       result.paid AS is_paid,
       result.refunded AS is_refunded,
       CASE
           WHEN decided.outcome = 'PART_PAID' THEN round(decided.total / 2, 2)
           WHEN result.paid THEN decided.total
       END AS paid,
       -- Of a PAD account, all invoices of one night make one CFS invoice, named after the oldest.
       CASE
           WHEN decided.method = 'PAD' THEN
               min(decided.id) FILTER (WHERE result.reference IS NOT NULL)
                   OVER (PARTITION BY decided.account_id, decided.method, decided.night)
           ELSE decided.id
       END AS head_id,
       -- There is no journal voucher run on Sundays.
       CASE WHEN decided.method = 'EJV' AND result.reference IS NOT NULL THEN greatest(decided.night, 1) END
           AS ejv_file_id,
       CASE
           WHEN decided.method IN ('DIRECT_PAY', 'DRAWDOWN') THEN decided.created_on
           WHEN decided.method = 'EJV' THEN
               (%(starts)s::timestamp[])[1 + greatest(decided.night, 1)] + interval '20 hours 1 minute'
           WHEN decided.method = 'INTERNAL' THEN
               greatest(
                   decided.created_on,
                   (%(starts)s::timestamp[])[1 + least(decided.night, 6)] + interval '19 hours 5 minutes'
               )
           ELSE (%(starts)s::timestamp[])[1 + decided.night] + interval '19 hours'
       END AS sent_on,
       CASE
           WHEN decided.method IN ('DIRECT_PAY', 'DRAWDOWN') THEN decided.created_on + interval '2 minutes'
           WHEN decided.method = 'EFT' THEN (%(starts)s::timestamp[])[2 + decided.night] + interval '20 hours'
           WHEN decided.method = 'INTERNAL' THEN
               greatest(
                   decided.created_on,
                   (%(starts)s::timestamp[])[1 + least(decided.night, 6)] + interval '19 hours 5 minutes'
               )
           WHEN decided.method = 'EJV' THEN (%(week_start)s::date + greatest(decided.night, 1) + 1)::timestamp
           ELSE (%(week_start)s::date + decided.night + 1)::timestamp
       END AS settled_on
  FROM decided
  JOIN demo_outcomes AS result ON result.outcome = decided.outcome
