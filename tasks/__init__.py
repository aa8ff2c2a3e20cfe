"""The jobs: one package each, one line here each."""

from tasks.generate_statements import JOB as GENERATE_STATEMENTS

JOBS = (GENERATE_STATEMENTS,)
