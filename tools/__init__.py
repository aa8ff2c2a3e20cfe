"""The hand tools that a person types: one package each, one line here each."""

from jobs.job import Job
from tools.close import JOB as CLOSE
from tools.compare_bcol import JOB as COMPARE_BCOL
from tools.compare_cfs import JOB as COMPARE_CFS
from tools.compare_shadow import JOB as COMPARE_SHADOW
from tools.database_indexes import TOOLS as DATABASE_INDEXES
from tools.database_prune import TOOLS as DATABASE_PRUNE
from tools.ejv import PREFLIGHT
from tools.ejv import TOOLS as EJV
from tools.explain import TOOLS as EXPLAIN
from tools.files import TOOLS as FILES
from tools.partners import JOB as PARTNERS
from tools.pending import JOB as PENDING
from tools.repair_invoice import TOOLS as REPAIR_INVOICE
from tools.repair_pad_invoice import JOB as REPAIR_PAD_INVOICE
from tools.repair_pad_rejects import JOB as REPAIR_PAD_REJECTS
from tools.repair_partial_credit import JOB as REPAIR_PARTIAL_CREDIT
from tools.repair_wrong_freeze import JOB as REPAIR_WRONG_FREEZE
from tools.replay_event import JOB as REPLAY_EVENT
from tools.slips import TOOLS as SLIPS
from tools.verify import JOB as VERIFY


def _names(tools: tuple[Job, ...]) -> str:
    return ", ".join(tool.name.split()[-1] for tool in tools)


TOOLS = {
    "": ("", (CLOSE, PARTNERS, PENDING, REPLAY_EVENT, VERIFY)),
    "compare": (
        "Compare our books with CFS, with an export of BC Online, or with what the old system made of the same inputs.",
        (COMPARE_BCOL, COMPARE_CFS, COMPARE_SHADOW),
    ),
    "db": ("", (*DATABASE_INDEXES, *DATABASE_PRUNE)),
    "ejv": (f"Journal voucher batches: {_names(EJV)}.", EJV),
    "explain": ("Explain one invoice, account, slip, batch or file: what happened, and what it means.", EXPLAIN),
    "files": (f"Files that came in: {_names(FILES)}.", FILES),
    "repair": (
        "Put right what is stuck or was paid too much.",
        (REPAIR_PAD_INVOICE, REPAIR_PAD_REJECTS, REPAIR_PARTIAL_CREDIT, REPAIR_WRONG_FREEZE, *REPAIR_INVOICE),
    ),
    "slips": ("Routing slips: list those in progress, void one.", SLIPS),
}
# Tools that the clock runs as well: each has an entry in config/schedule.yaml.
BY_CLOCK = (CLOSE, PREFLIGHT, VERIFY)
