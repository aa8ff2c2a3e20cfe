"""What is known of a PAD invoice and of the CFS number it shares: read from the pay database, CFS and stored files."""

from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from config.business_days import is_business_day
from config.business_time import business_date
from config.errors import UsageError
from config.settings import ObjectStoreSettings
from connectors.cfs import CfsClient, CfsSite, Invoice
from connectors.object_store import ObjectStore
from database.sql import statements
from jobs.run.context import RunContext
from tasks.stale_invoice_report.settlement_files import WaitingFiles, known_files, search_waiting

sql = statements(__package__)


class Member(NamedTuple):
    """An invoice of a CFS number."""

    id: int
    status: str
    total: Any


class SettlementRow(NamedTuple):
    """A row of an applied settlement file about a CFS number, and what became of it."""

    file: str
    line: int
    kind: str
    outcome: str
    detail: str
    status: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line} {self.outcome}{f' ({self.detail})' if self.detail else ''}"


class Waiting(NamedTuple):
    """A stored file that is not applied and holds the number."""

    name: str
    state: str
    object_key: str | None
    bounces: int


@dataclass(frozen=True)
class Files:
    """What the stored settlement files say of a number.

    earlier  the row of it in a file that the service before us processed
    first    the day of the first file that is known; None: no file is known at all
    missing  business days since it was sent and since that first file, before today, of which no file is known
    problem  why the files could not all be searched
    """

    waiting: Waiting | None = None
    earlier: str | None = None
    first: date | None = None
    missing: tuple[date, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class Evidence:
    """All that is known of one CFS number, or of one invoice that has none.

    asked          the row of the invoice that was asked for (read_invoices.sql)
    members        every invoice of the number
    sent_on        the business day its reference was made
    cfs            None where CFS does not have it, or it was not asked
    collects_by    the receipt method of the site, where CFS was asked for it
    """

    asked: Row[Any]
    sent_on: date
    members: tuple[Member, ...] = ()
    rows: tuple[SettlementRow, ...] = ()
    bounce: str | None = None
    cfs: Invoice | None = None
    collects_by: str | None = None
    files: Files = Files()

    @property
    def number(self) -> str | None:
        """The CFS number, where an ACTIVE reference has one."""
        number: str | None = self.asked.number
        return number

    @property
    def site(self) -> CfsSite | None:
        """Where CFS keeps the invoice; None for a profile that is not complete."""
        parts = (self.asked.party, self.asked.account, self.asked.site)
        return CfsSite(*parts) if all(parts) else None

    @property
    def is_open(self) -> bool:
        """Whether the invoice still waits for its money, under a number that CFS can be asked about."""
        return self.asked.status in {"APPROVED", "SETTLEMENT_SCHED"} and self.number is not None


def gather(context: RunContext, ids: tuple[int, ...], cfs: CfsClient) -> list[Evidence]:
    """Give the evidence, one a CFS number; nothing is changed.

    Raises UsageError where an id is no PAD invoice, SourceUnavailable where CFS is away.
    """
    with context.database.begin() as session:
        known = [_of_database(session, row) for row in _asked(session, ids)]
    found = []
    for one in known:
        context.stop.check()
        found.append(_of_cfs(cfs, one) if one.is_open and one.site else one)
    if not any(_lacks_row(one) for one in found):
        return found
    files = _search(context, frozenset(one.number for one in found if one.number and _lacks_row(one)))
    return [_of_files(one, files, context.today()) if _lacks_row(one) else one for one in found]


def _asked(session: Session, ids: tuple[int, ...]) -> list[Row[Any]]:
    rows = sql.run(session, "read_invoices", ids=list(ids)).all()
    unknown = sorted(set(ids) - {row.id for row in rows})
    if unknown:
        raise UsageError(f"There is no invoice {', '.join(map(str, unknown))}. Nothing was looked at or changed.")
    others = [f"{row.id} ({row.method})" for row in rows if row.method != "PAD"]
    if others:
        raise UsageError(f"Not paid by PAD: {', '.join(others)}. Nothing was looked at or changed.")
    first: dict[object, Row[Any]] = {}
    for row in rows:
        first.setdefault(row.number or row.id, row)
    return list(first.values())


def _of_database(session: Session, row: Row[Any]) -> Evidence:
    sent_on = business_date(row.sent_on.replace(tzinfo=UTC))
    number = row.number or row.completed_number
    if number is None:
        return Evidence(row, sent_on, (Member(row.id, row.status, row.total),))
    return Evidence(
        row,
        sent_on,
        tuple(Member(*tuple(one)) for one in sql.run(session, "read_members", number=number)),
        tuple(SettlementRow(*tuple(one)) for one in sql.run(session, "read_rows", number=number)),
        sql.run(session, "read_bounce", number=number).scalar_one_or_none(),
    )


def _of_cfs(cfs: CfsClient, known: Evidence) -> Evidence:
    assert known.site is not None and known.number is not None
    invoice = cfs.get_invoice(known.site, known.number)
    if invoice is None or not invoice.amount_due:
        return replace(known, cfs=invoice)
    profile = cfs.get_site(known.site)
    return replace(known, cfs=invoice, collects_by=(profile.receipt_method or "nothing") if profile else "no such site")


def _lacks_row(known: Evidence) -> bool:
    """Whether CFS has the money and no row is there to be applied: then the row may be in a file that waits."""
    is_settled = known.cfs is not None and not known.cfs.amount_due
    return is_settled and all(row.outcome != "rejected" for row in known.rows)


def _search(context: RunContext, numbers: frozenset[str]) -> WaitingFiles:
    with context.database.begin() as session:
        files = known_files(session)
    store = ObjectStore(context.settings(ObjectStoreSettings))
    try:
        return search_waiting(files, numbers, store)
    finally:
        store.close()


def _of_files(known: Evidence, files: WaitingFiles, today: date) -> Evidence:
    file = files.numbers.get(known.number or "")
    before = files.earlier.get(known.number or "")
    first = min(files.days, default=None)
    days = (known.sent_on + timedelta(days=count) for count in range(1, (today - known.sent_on).days))
    return replace(
        known,
        files=Files(
            waiting=Waiting(file.name, file.state, file.object_key, files.bounces[file.name]) if file else None,
            earlier=f"{before.file} line {before.line}: {before.outcome}" if before else None,
            first=first,
            missing=tuple(
                day for day in days if first and day >= first and is_business_day(day) and day not in files.days
            ),
            problem=files.problem,
        ),
    )
