-- Take the right to tell something, unless the same was told a short while ago.
-- in     fingerprint, job, seconds
-- out    how often the same was held back since it was told; nothing where it may not be told now
-- again  may not be told
WITH earlier AS (
       SELECT unsent FROM pay_jobs.notices WHERE fingerprint = :fingerprint
     )
INSERT INTO pay_jobs.notices (fingerprint, job, sent_on)
VALUES (:fingerprint, :job, clock_timestamp())
    ON CONFLICT (fingerprint) DO UPDATE
   SET sent_on = clock_timestamp(),
       unsent = 0
 WHERE notices.sent_on IS NULL
    OR notices.sent_on <= clock_timestamp() - make_interval(secs => :seconds)
RETURNING coalesce((SELECT unsent FROM earlier), 0)
