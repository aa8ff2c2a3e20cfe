"""A partial credit as the journal has it: one operation on an invoice, of one step, the credit memo.

The refund that stands for it is written with the operation, so that the API gives no other meanwhile; where CFS made no
memo it is taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.command_line import in_short
from connectors.cfs import CfsSite
from connectors.effects import EffectState, Operation, PlannedOperation, drop_operation, find_open, read_operations
from database.engine import Database
from database.sessions import Session
from database.sql import statements
from tools.repair_partial_credit.arguments import LineCredit
from tools.repair_partial_credit.plan import MemoPlan

sql = statements(__package__)

KIND = "partial credit"
MEMO_STEP = "create credit memo"
_FIND_OUT = "If it was sent: ask CAS for the memo; if there is none: --not-made instead of --memo"


@dataclass(frozen=True)
class PartialCredit:
    """A partial credit in progress."""

    operation: Operation

    @property
    def invoice_id(self) -> int:
        """The invoice it is for."""
        return int(self.operation.subject.split()[1])

    @property
    def amount(self) -> Decimal:
        """What the memo comes to, in CAD."""
        assert self.operation.amount is not None
        return self.operation.amount

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What is credited of which line."""
        parts: list[dict[str, Any]] = self.operation.plan["parts"]
        return parts

    @property
    def wanted(self) -> list[LineCredit]:
        """What is credited of which line, as it was typed."""
        return [LineCredit(one["line"], one["kind"], Decimal(one["amount"])) for one in self.parts]

    @property
    def site(self) -> CfsSite:
        """Where in CFS the memo is."""
        parts: list[str] = self.operation.plan["site"]
        return CfsSite(*parts)

    @property
    def refund_id(self) -> int | None:
        """The refund that was written for it; None in entries from before there was one."""
        found = self.operation.plan["refund_id"]
        return found if isinstance(found, int) else None

    @property
    def is_planned(self) -> bool:
        """Whether nothing of it was ever asked of CFS."""
        return self.operation.state == EffectState.PLANNED

    @property
    def is_answered(self) -> bool:
        """Whether CFS has made the memo, and our books do not have it yet."""
        return self.operation.state == EffectState.ANSWERED

    @property
    def memo(self) -> str:
        """The number of the memo that CFS has made."""
        return str(self._answer["credit_memo"])

    @property
    def remaining(self) -> Decimal:
        """What was left of the memo when CFS answered, in CAD."""
        return Decimal(self._answer["remaining"])

    @property
    def comment(self) -> str:
        """What the memo says of itself in CFS: by it it can be told from others."""
        return f"Partial credit {self.operation.id} of invoice {self.invoice_id}"

    @property
    def story(self) -> str:
        """What was asked of CFS or is planned, for the person who has to find out what became of it."""
        parts = ", ".join(f"line {one['line']} {one['kind']} {one['amount']}" for one in self.parts)
        run = f" by run {self.operation.run_id}" if self.operation.run_id else ""
        done = "planned" if self.is_planned else "asked of CFS"
        return (
            f"a credit memo of {self.amount} CAD ({parts}) on party {self.site.party}, account {self.site.account}, "
            f"site {self.site.site} was {done} on {self.operation.created_on:%Y-%m-%d %H:%M:%S} UTC{run}"
        )

    @property
    def _answer(self) -> dict[str, Any]:
        step = self.operation.step(MEMO_STEP)
        assert step is not None and step.answer is not None
        return step.answer


@dataclass(frozen=True)
class KnownMemo:
    """What the journal says of a partial credit."""

    id: int
    state: EffectState
    memo: str | None
    amount: Decimal | None


def planned_credit(made: MemoPlan, refund_id: int, reason: str) -> PlannedOperation:
    """Return the operation that makes a credit memo."""
    return PlannedOperation(
        kind=KIND,
        subject=f"invoice {made.invoice_id}",
        plan={
            "parts": made.as_json(),
            "refund_id": refund_id,
            "site": [made.site.party, made.site.account, made.site.site],
        },
        amount=made.amount,
        command=next_command(made.invoice_id, "NUMBER"),
        why=_FIND_OUT,
        reason=reason,
    )


def next_command(invoice_id: int, memo: str) -> str:
    """Return what to type where a memo is named."""
    return in_short("repair pad-partial-credit", invoice_id, "--memo", memo, reason=True)


def find_credit(session: Session, invoice_id: int) -> PartialCredit | None:
    """Return the partial credit of an invoice that is in work, if there is one."""
    found = find_open(session, f"invoice {invoice_id}")
    return PartialCredit(found) if found is not None and found.kind == KIND else None


def write_refund(session: Session, invoice_id: int, *, reason: str, run_id: int | None, now: datetime) -> int:
    """Write the refund of a partial credit, and return its id. The caller has locked the invoice."""
    values = {"invoice_id": invoice_id, "reason": reason, "run_id": run_id, "now": now}
    return int(sql.run(session, "insert_refund", **values).scalar_one())


def drop_unmade(session: Session, credit: PartialCredit, *, why: str, run_id: int | None = None) -> None:
    """Drop a partial credit of which CFS made nothing, and take its refund back."""
    drop_operation(session, credit.operation.id, why=why, run_id=run_id)
    sql.run(session, "delete_refund", id=credit.refund_id)


def known_memos(database: Database, invoice_id: int) -> list[KnownMemo]:
    """Return every partial credit of an invoice, through a new session: those of the run may have ended."""
    database.engine.dispose()
    with Session(database.engine) as session:
        entries = [one for one in read_operations(session, [f"invoice {invoice_id}"]) if one.kind == KIND]
    return [KnownMemo(one.id, one.state, _memo_of(one), one.amount) for one in entries]


def _memo_of(operation: Operation) -> str | None:
    step = operation.step(MEMO_STEP)
    return (step.answer or {}).get("credit_memo") if step else None
