"""The journal of partial credits: one row a memo, written before and after CFS is asked.

intended   CFS is about to be asked, or was, and the process died before it knew
parked     CFS was asked and its answer was lost
answered   CFS made the memo; our books do not have it yet
done       our books have it
refused    CFS did not make it
not_made   an operator confirmed that CFS did not make it
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from config.errors import PayJobsError
from connectors.cfs import CfsSite
from connectors.effects import ClaimLost
from database.engine import Database
from database.sql import statements
from tools.repair_partial_credit.plan import MemoPlan

sql = statements(__package__)

UNKNOWN = ("intended", "parked")


@dataclass(frozen=True)
class PartialCredit:
    """A partial credit in progress."""

    id: int
    invoice_id: int
    state: str
    amount: Decimal
    parts: list[dict[str, Any]]
    cfs_party: str
    cfs_account: str
    cfs_site: str
    memo: str | None
    remaining: Decimal | None
    why: str | None
    reason: str
    run_id: int | None
    created_on: datetime

    @property
    def site(self) -> CfsSite:
        """Where in CFS the memo is."""
        return CfsSite(self.cfs_party, self.cfs_account, self.cfs_site)

    @property
    def refund_id(self) -> int | None:
        """The refund that was written for it; None in entries from before there was one."""
        found = self.parts[0].get("refund_id") if self.parts else None
        return None if found is None else int(found)

    @property
    def comment(self) -> str:
        """What the memo says of itself in CFS: by it it can be told from others."""
        return f"Partial credit {self.id} of invoice {self.invoice_id}"

    @property
    def story(self) -> str:
        """What was asked of CFS, for the person who has to find out what became of it."""
        parts = ", ".join(f"line {one['line']} {one['kind']} {one['amount']}" for one in self.parts)
        run = f" by run {self.run_id}" if self.run_id else ""
        return (
            f"a credit memo of {self.amount} CAD ({parts}) on party {self.cfs_party}, account {self.cfs_account}, "
            f"site {self.cfs_site} was asked of CFS on {self.created_on:%Y-%m-%d %H:%M:%S} UTC{run}"
        )


def find_entry(session: Session, invoice_id: int) -> PartialCredit | None:
    """Return the partial credit of an invoice that is in work, if there is one."""
    row = sql.run(session, "find_entry", invoice_id=invoice_id).one_or_none()
    return PartialCredit(**row._mapping) if row is not None else None


def intend(session: Session, made: MemoPlan, *, reason: str, run_id: int | None, now: datetime) -> None:
    """Note a memo before CFS is asked for it, and write its refund, so that the API gives no other meanwhile."""
    refund_id = write_refund(session, made.invoice_id, reason=reason, run_id=run_id, now=now)
    sql.run(
        session,
        "insert_entry",
        invoice_id=made.invoice_id,
        amount=made.amount,
        parts=made.as_json(refund_id),
        party=made.site.party,
        account=made.site.account,
        site=made.site.site,
        reason=reason,
        run_id=run_id,
    )


def write_refund(session: Session, invoice_id: int, *, reason: str, run_id: int | None, now: datetime) -> int:
    """Write the refund of a partial credit, and return its id. The caller has locked the invoice."""
    values = {"invoice_id": invoice_id, "reason": reason, "run_id": run_id, "now": now}
    return int(sql.run(session, "insert_refund", **values).scalar_one())


def close_unmade(session: Session, entry: PartialCredit, state: str, *, why: str, run_id: int | None = None) -> None:
    """Close an entry of which CFS made nothing, and take its refund back."""
    move(session, entry, state, why=why, run_id=run_id)
    sql.run(session, "delete_refund", id=entry.refund_id)


def still_intended(database: Database, entry: PartialCredit) -> None:
    """Make sure that an entry is still as its run noted it. Raises ClaimLost where a person or a run moved it on."""
    with database.begin() as session:
        now = find_entry(session, entry.invoice_id)
    if now is None or (now.id, now.state, now.run_id) != (entry.id, "intended", entry.run_id):
        raise ClaimLost(
            f"The partial credit {entry.id} of invoice {entry.invoice_id} was moved on before CFS was asked for it."
        )


@dataclass(frozen=True)
class KnownMemo:
    """What the journal says of a partial credit."""

    id: int
    state: str
    memo: str | None
    amount: Decimal


def known_memos(database: Database, invoice_id: int) -> list[KnownMemo]:
    """Return every partial credit of an invoice, through a new session: those of the run may have ended."""
    database.engine.dispose()
    with Session(database.engine) as session:
        return [KnownMemo(**row._mapping) for row in sql.run(session, "list_entries", invoice_id=invoice_id)]


def move(
    session: Session,
    entry: PartialCredit,
    state: str,
    *,
    of: Iterable[str] = UNKNOWN,
    memo: str | None = None,
    remaining: Decimal | None = None,
    why: str | None = None,
    run_id: int | None = None,
) -> None:
    """Note what became of an entry. Raises PayJobsError where somebody else moved it on."""
    moved = sql.run(
        session,
        "set_entry",
        id=entry.id,
        from_states=list(of),
        state=state,
        memo=memo,
        remaining=remaining,
        why=why,
        run_id=run_id,
    ).one_or_none()
    if moved is None:
        raise PayJobsError(f"The partial credit {entry.id} of invoice {entry.invoice_id} was moved on by another run.")
