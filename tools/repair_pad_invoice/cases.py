"""One case a CFS number: its invoices, its settlement rows, and the diagnosis that STALE_INVOICE_REPORT would give."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from config.errors import UsageError
from connectors.cfs import CfsClient
from database.sessions import Session
from database.sql import statements
from diagnosis.diagnose_invoices import DiagnosedInvoice, diagnose_invoices
from diagnosis.evidence import InvoiceRecord
from diagnosis.read_evidence import read_invoices
from jobs.run.context import RunContext

sql = statements(__package__)

WAITS_FOR_MONEY = frozenset({"APPROVED", "SETTLEMENT_SCHED"})


class GroupMember(NamedTuple):
    """An invoice of a CFS number."""

    id: int
    status: str
    total: Decimal


class SettlementRowOutcome(NamedTuple):
    """A row of an applied settlement file about a CFS number, and what became of it."""

    file: str
    line: int
    kind: str
    outcome: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line} {self.outcome}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True)
class RepairCase:
    """All that is known of one CFS number, or of one invoice that has none.

    invoice        the invoice that was asked for
    members        every invoice of the number
    diagnosed      None where the invoice no longer waits for money
    files_problem  why not all stored settlement files could be searched
    """

    invoice: InvoiceRecord
    members: tuple[GroupMember, ...]
    rows: tuple[SettlementRowOutcome, ...] = ()
    diagnosed: DiagnosedInvoice | None = None
    files_problem: str | None = None

    @property
    def number(self) -> str | None:
        """The CFS number of its active reference."""
        return self.invoice.active_number or self.invoice.bundle_number

    @property
    def shown_number(self) -> str | None:
        """The CFS number by which people know it."""
        return self.number or self.invoice.completed_number


def read_cases(context: RunContext, ids: tuple[int, ...], cfs: CfsClient, prefix: str) -> list[RepairCase]:
    """Return the cases; nothing is changed.

    Raises UsageError where an id is not a PAD invoice, PayJobsError where CFS gave no usable answer.
    """
    with context.database.read() as session:
        invoices = _one_a_number(_asked(session, ids))
    waiting = [one for one in invoices if one.status in WAITS_FOR_MONEY]
    found = diagnose_invoices(context, waiting, cfs=cfs, prefix=prefix)
    if found.cfs_failure is not None:
        raise found.cfs_failure
    diagnosed = {one.evidence.invoice.id: one for one in found.diagnosed}
    with context.database.read() as session:
        return [_case(session, one, diagnosed.get(one.id), found.files_problem) for one in invoices]


def read_members(session: Session, number: str) -> tuple[GroupMember, ...]:
    """Return the invoices that share a CFS number."""
    return tuple(GroupMember(*tuple(one)) for one in sql.run(session, "read_members", number=number))


def _asked(session: Session, ids: tuple[int, ...]) -> list[InvoiceRecord]:
    invoices = read_invoices(session, list(ids))
    unknown = sorted(set(ids) - {one.id for one in invoices})
    if unknown:
        raise UsageError(f"There is no invoice {', '.join(map(str, unknown))}. Nothing was changed.")
    others = [f"{one.id} ({one.method})" for one in invoices if one.method != "PAD"]
    if others:
        raise UsageError(f"Not paid by PAD: {', '.join(others)}. Nothing was changed.")
    return invoices


def _one_a_number(invoices: list[InvoiceRecord]) -> list[InvoiceRecord]:
    first: dict[object, InvoiceRecord] = {}
    for one in invoices:
        first.setdefault(one.active_number or one.bundle_number or one.id, one)
    return list(first.values())


def _case(
    session: Session, invoice: InvoiceRecord, diagnosed: DiagnosedInvoice | None, problem: str | None
) -> RepairCase:
    alone = (GroupMember(invoice.id, invoice.status, invoice.total),)
    case = RepairCase(invoice, alone, (), diagnosed, problem)
    if case.shown_number is None:
        return case
    rows = sql.run(session, "read_rows", number=case.shown_number)
    return RepairCase(
        invoice,
        read_members(session, case.shown_number),
        tuple(SettlementRowOutcome(*tuple(one)) for one in rows),
        diagnosed,
        problem,
    )
