"""A seeded world around the five jobs: nights of it run the jobs' real code on a real PostgreSQL, in one process.

One clock (clock.py), one seeded source of chance (chance.py), and actors, a module each in `actors/`: customers and the
pay API, the other jobs of the platform as far as ours rest on them, CAS, CGI, and CFS with its books (sandbox/cfs).
Whatever happens is told to a small model (model/), which shares no code with the jobs and says where every invoice must
stand, and noted in a chronicle (chronicle.py), which counts how often each situation of situations.py was reached.
night.py lets a day and its night pass and closes the day; night_checks.py says what is looked at then, some of it by a
copy of the process while the next day passes (meanwhile.py). faults/ kills and hinders the runs, mistakes.py types what
nothing asks for, and story.py finds the shortest story that still shows what went wrong.
The same seed gives the same digest of all pay tables (digest.py), whatever the machine's speed.
"""
