-- Return what was kept of a run's rejects, in its order.
SELECT place AS "where",
       reason,
       detail,
       command,
       amount
  FROM pay_jobs.run_rejects
 WHERE run_id = :run_id
 ORDER BY number
