"""The jobs and the operators' hand tools: one package each, one line here each."""

from tasks.compare_bcol import JOB as COMPARE_BCOL
from tasks.database_indexes import TOOLS as DATABASE_INDEXES
from tasks.ejv_feedback_check import JOB as EJV_FEEDBACK_CHECK
from tasks.explain import TOOLS as EXPLAIN
from tasks.generate_statements import JOB as GENERATE_STATEMENTS
from tasks.pad_reconcile import JOB as PAD_RECONCILE
from tasks.repair_pad_invoice import JOB as REPAIR_PAD_INVOICE
from tasks.repair_partial_credit import JOB as REPAIR_PARTIAL_CREDIT
from tasks.replay_event import JOB as REPLAY_EVENT
from tasks.routing_slip_recreate import JOB as ROUTING_SLIP_RECREATE
from tasks.stale_invoice_report import JOB as STALE_INVOICE_REPORT

JOBS = (GENERATE_STATEMENTS, PAD_RECONCILE, EJV_FEEDBACK_CHECK, ROUTING_SLIP_RECREATE, STALE_INVOICE_REPORT)

TOOLS = {
    "": ("", (REPLAY_EVENT,)),
    "db": ("", DATABASE_INDEXES),
    "explain": ("Tell the life of one invoice, account, slip, batch or file.", EXPLAIN),
    "compare": ("Compare another system's export with the pay database.", (COMPARE_BCOL,)),
    "repair": ("Put right what is stuck or was paid too much.", (REPAIR_PAD_INVOICE, REPAIR_PARTIAL_CREDIT)),
}
