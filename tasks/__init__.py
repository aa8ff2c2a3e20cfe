"""The jobs: one package each, one line here each."""

from tasks.generate_statements import JOB as GENERATE_STATEMENTS
from tasks.pad_reconcile import JOB as PAD_RECONCILE

JOBS = (GENERATE_STATEMENTS, PAD_RECONCILE)
