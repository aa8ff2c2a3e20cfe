-- Write the journal voucher batches of Monday to Friday, Friday's without feedback, and a batch of slip refunds.
-- in     starts timestamp[8]
-- out    batches 1 to 5 of PAYMENT, 6 of REFUND
-- again  refused by the primary key
INSERT INTO ejv_files (id, file_type, created_on, file_ref, disbursement_status_code, feedback_file_ref)
SELECT batch.id,
       batch.file_type,
       batch.created_on,
       -- A file made on Saturday, by the UTC clock, is stamped Monday.
       'INBOX.F3535.' || to_char(
           batch.created_on + CASE extract(isodow FROM batch.created_on) WHEN 6 THEN 2 ELSE 0 END * interval '1 day',
           'YYYYMMDDHH24MISS'
       ),
       CASE WHEN batch.id < 5 THEN 'COMPLETED' ELSE 'UPLOADED' END,
       CASE WHEN batch.id < 5 THEN 'FEEDBACK.F3535.' || to_char(batch.created_on - interval '1 day', 'YYYYMMDD') || '214500' END
  FROM (
       SELECT night AS id,
              'PAYMENT' AS file_type,
              (%(starts)s::timestamp[])[1 + night] + interval '20 hours 1 minute 7 seconds' AS created_on
         FROM generate_series(1, 5) AS night
        UNION ALL
       SELECT 6,
              'REFUND',
              (%(starts)s::timestamp[])[6] + interval '19 hours 1 minute 8 seconds'
  ) AS batch
 ORDER BY batch.id
