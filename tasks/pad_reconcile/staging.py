"""Bring the rows of one file into the transaction's work table, and count what was read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, BinaryIO

from sqlalchemy import text

from connectors.formats.settlement import SettlementRow
from connectors.formats.settlement_columns import PlainRows, read_columns
from connectors.inbound.ledger import InboundFile
from connectors.inbound.listing import printable
from database.copy import copy_pieces, encode_columns, encode_row
from database.engine import work_in_memory
from database.sessions import Session
from database.sql import statements
from tasks.pad_reconcile.rules import RowKind, decide, decide_plain

sql = statements(__package__)

_PIECE = 1 << 18
_READ = tuple(one.name for one in fields(SettlementRow) if one.name not in {"problem", "faults"})
_AMOUNTS = tuple(_READ.index(name) for name in ("amount", "original_amount", "outstanding_amount"))
_DATE = _READ.index("application_date")
_COLUMNS = ("file_id", "run_id", "wave", "kind", "rule", "detail", "content_hash", *_READ)
_values_of = attrgetter(*_READ)
_plain_values_of = attrgetter(*_READ[:-1])  # without the reversal reason, which no plain row has
_NOTHING = "0.00"


@dataclass
class RowTotals:
    """How many rows were read, and what they add up to, in CAD."""

    rows: int = 0
    amount: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class StagedKinds:
    """Which kinds of rows, of which record types, are in the work table: what none of them calls for is left out."""

    found: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, session: Session) -> "StagedKinds":
        """Return the kinds of the rows in settlement_staged."""
        return cls(frozenset((row.record_type, row.kind) for row in sql.run(session, "list_kinds")))

    def have(self, *kinds: RowKind, record_type: str | None = None) -> bool:
        """Return whether a row is of one of these kinds, or of this record type, or both where both are given."""
        return any(
            (not kinds or kind in kinds) and record_type in {None, found_type} for found_type, kind in self.found
        )


def create_tables(session: Session) -> None:
    """Create the work tables of one file and the views beside them, and let the transaction sort in memory."""
    work_in_memory(session)
    sql.run(session, "create_staged")
    sql.run(session, "create_work_table")


def drop_tables(session: Session) -> None:
    """Drop the work tables and what is beside them, for the next file of the same session."""
    tables = "settlement_staged, settlement_before, settlement_parts, settlement_references, settlement_work"
    session.execute(text(f"DROP TABLE IF EXISTS {tables} CASCADE"))


def read_rows(file: InboundFile, stream: BinaryIO, *, today: date) -> Iterator[PlainRows | SettlementRow]:
    """Return the rows of a file's content; a file without a date in its name is taken as of today."""
    pieces = iter(lambda: stream.read(_PIECE), b"")
    return read_columns(pieces, source=file.name, day=file.business_date or today, today=today)


def stage(
    session: Session, file_id: int, rows: Iterable[PlainRows | SettlementRow], *, run_id: int | None
) -> RowTotals:
    """COPY the rows into settlement_staged and return what was read. Raises what reading the rows raises."""
    totals = RowTotals()
    copy_pieces(session, "settlement_staged", _COLUMNS, _encoded(file_id, run_id, rows, totals))
    _analyze_staged(session)
    return totals


def list_rejected_files(session: Session, numbers: list[str] | None) -> Sequence[int]:
    """Return the ids of the files with rejected rows, of all CFS numbers or of some."""
    return sql.run(session, "list_rejected_files", numbers=numbers).scalars().all()


def keep_rejects(session: Session, numbers: list[str] | None, *, now: datetime) -> RowTotals:
    """Leave only the rejected rows in settlement_staged, of all CFS numbers or of some, and return what they are.

    now  naive UTC
    """
    sql.run(session, "keep_rejects", numbers=numbers)
    sql.run(session, "take_out_rejects", now=now)
    _analyze_staged(session)
    count, amount = session.execute(text("SELECT count(*), coalesce(sum(amount), 0) FROM settlement_staged")).one()
    return RowTotals(count, amount)


def _analyze_staged(session: Session) -> None:
    session.execute(text("ANALYZE settlement_staged (target_number, source_number, customer_account, kind, wave)"))


def _encoded(
    file_id: int, run_id: int | None, rows: Iterable[PlainRows | SettlementRow], totals: RowTotals
) -> Iterator[bytes]:
    """Return the rows as COPY takes them, and count them."""
    first = (str(file_id), None if run_id is None else str(run_id), "0")
    for some in rows:
        if isinstance(some, PlainRows):
            totals.rows += len(some.line)
            totals.amount += sum(Decimal(amount) * count for amount, count in Counter(some.amount).items())
            yield encode_columns((*first, *_decided(some), some.identities(), *_plain_values_of(some), None))
        else:
            totals.rows += 1
            totals.amount += some.amount or 0
            yield encode_row((*first, *_values(some)))


def _decided(rows: PlainRows) -> Iterable[Sequence[str]]:
    """Return kind, rule and detail of plain rows, column by column; one text each where all rows have the same."""
    has_amount = map(_NOTHING.__ne__, rows.amount)
    read = list(zip(rows.record_type, rows.source_type, rows.target_type, rows.status, has_amount, strict=True))
    decided = {one: decide_plain(*one) for one in set(read)}
    if len(decided) == 1:
        return decided[read[0]]
    return zip(*map(decided.__getitem__, read), strict=True)


def _values(row: SettlementRow) -> list[Any]:
    decision = decide(row)
    values = list(_values_of(row))
    for place in _AMOUNTS:
        values[place] = values[place] or _NOTHING
    if "application_date" in row.faults and decision.kind is not RowKind.REJECT:
        values[_DATE] = None  # its rule reads none, and the payment of a bank receipt must not bear it
    detail = printable(decision.detail) if decision.detail else ""
    return [decision.kind, decision.rule, detail, row.identity(), *values]
