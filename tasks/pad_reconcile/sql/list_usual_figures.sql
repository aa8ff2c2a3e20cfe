-- List what the last files of a kind held and did.
-- in     on_weekday boolean, known bigint: how many at most
-- out    rows, amount, frozen, bounced, repeated, misdated, rejected
-- again  reads only
SELECT rows, amount, frozen, bounced, repeated, misdated, rejected
  FROM pay_jobs.settlement_figures
 WHERE on_weekday = :on_weekday
 ORDER BY file_id DESC
 LIMIT :known
