"""The hand tools that a person types: one package each, one line here each."""

from tools.compare_bcol import JOB as COMPARE_BCOL
from tools.database_indexes import TOOLS as DATABASE_INDEXES
from tools.explain import TOOLS as EXPLAIN
from tools.repair_pad_invoice import JOB as REPAIR_PAD_INVOICE
from tools.repair_partial_credit import JOB as REPAIR_PARTIAL_CREDIT
from tools.replay_event import JOB as REPLAY_EVENT

TOOLS = {
    "": ("", (REPLAY_EVENT,)),
    "db": ("", DATABASE_INDEXES),
    "explain": ("Tell the life of one invoice, account, slip, batch or file.", EXPLAIN),
    "compare": ("Compare another system's export with the pay database.", (COMPARE_BCOL,)),
    "repair": ("Put right what is stuck or was paid too much.", (REPAIR_PAD_INVOICE, REPAIR_PARTIAL_CREDIT)),
}
