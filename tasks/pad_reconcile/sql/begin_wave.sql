-- Begin a wave: wave_rows shows its rows from now on.
-- in     wave
SELECT set_config('pay_jobs.wave', CAST(:wave AS text), true)
