-- List who uses some tables, the oldest transaction first.
-- in     tables text[]; readers: whether those count that only read; without: processes that do not count; most
-- out    table, session, pid, doing (words)
-- again  reads only
SELECT CAST(CAST(held.relation AS regclass) AS text) AS table,
       coalesce(nullif(session.application_name, ''), 'a session without a name') AS session,
       session.pid,
       coalesce(session.state || ' since ' || to_char(session.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC',
                'hidden from this user') AS doing
  FROM pg_locks AS held
  JOIN pg_stat_activity AS session
    ON session.pid = held.pid
 WHERE held.granted
   AND held.relation IN (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS name)
   AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND (:readers OR held.mode <> 'AccessShareLock')
   AND NOT held.pid = ANY (CAST(:without AS integer[]) || pg_backend_pid())
 GROUP BY 1, 2, 3, 4, session.xact_start
 ORDER BY session.xact_start NULLS LAST, session.pid
 LIMIT :most
