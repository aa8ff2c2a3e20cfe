"""The jobs that the clock runs: one package each, one line here each."""

from tasks.ejv_feedback_check import JOB as EJV_FEEDBACK_CHECK
from tasks.generate_statements import JOB as GENERATE_STATEMENTS
from tasks.pad_reconcile import JOB as PAD_RECONCILE
from tasks.routing_slip_recreate import JOB as ROUTING_SLIP_RECREATE
from tasks.stale_invoice_report import JOB as STALE_INVOICE_REPORT

JOBS = (GENERATE_STATEMENTS, PAD_RECONCILE, EJV_FEEDBACK_CHECK, ROUTING_SLIP_RECREATE, STALE_INVOICE_REPORT)
