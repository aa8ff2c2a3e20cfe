"""What the tests let live: one small change of a job at a time, and the tests that reach it (make mutants)."""
