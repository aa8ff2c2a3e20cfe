-- Count the messages that are not delivered, by state.
-- out    state, number, oldest; a row each for pending and dead, oldest null where there is none
-- again  reads only
SELECT wanted.state,
       count(message.id)       AS number,
       min(message.created_on) AS oldest
  FROM (VALUES ('pending'), ('dead')) AS wanted (state)
  LEFT JOIN pay_jobs.outbox AS message ON message.state = wanted.state
 GROUP BY wanted.state
 ORDER BY wanted.state
