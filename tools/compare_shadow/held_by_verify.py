"""What ours has of the things that a whole decision speaks of, held against the invariants of `verify`.

Where the old system lost a file or a batch all of it differs, and a fault of ours would stand among that. So ours must
have there what the stored rows say, which is what `verify` knows.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from config.business_time import business_date, naive_utc
from database.sql import statements
from tools.compare_shadow.decisions import WHOLE
from tools.compare_shadow.evidence import Evidence
from tools.verify.arguments import Arguments
from tools.verify.catalogue import API, CATALOGUE
from tools.verify.task import InvariantBreach, asked_values, findings

sql = statements(__package__)

# What no file, batch or slip speaks of: recorded days, messages, statements.
_OF_OTHERS = ("CLO", "OUT", "STA")
# How `verify` names a thing: what to type next about it, or the row.
_AS_VERIFY_SAYS = {
    "batch": "explain batch", "code": "distribution code", "eft refund": "EFT refund", "file": "explain file",
    "invoice": "explain invoice", "number": "explain invoice", "part": "partial refund",
    "partner row": "partner disbursement", "slip": "explain slip",
}  # fmt: skip


def broken_by_ours(ours: Connection, evidence: Evidence, now: datetime) -> Iterator[InvariantBreach]:
    """Return what breaks an invariant in ours, of what whole decisions speak of."""
    subjects = {subject for id_ in WHOLE for subject in evidence.subjects.get(id_, ())}
    if not subjects:
        return
    about = {f"{_AS_VERIFY_SAYS[kind]} {name}" for kind, name in subjects if kind in _AS_VERIFY_SAYS}
    accounts = [int(name) for kind, name in subjects if kind == "account"]
    about |= set(sql.run(ours, "name_accounts_as_verify", ids=accounts).scalars())
    values = asked_values(ours, Arguments(), now=naive_utc(now), today=business_date(now))
    for invariant in CATALOGUE:
        if invariant.turn != API and not invariant.code.startswith(_OF_OTHERS):
            found = findings(ours, invariant, values)
            yield from (one for one in found if one.next in about or one.row in about)
