"""Bring the rows of one file into the transaction's work table, and count what was read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from connectors.formats.settlement import SettlementRow, read_settlement
from connectors.inbound.ledger import InboundFile
from connectors.inbound.listing import printable
from database.copy import copy_rows
from database.sql import statements
from tasks.pad_reconcile.rules import decide

sql = statements(__package__)

_PIECE = 1 << 16
_READ = tuple(one.name for one in fields(SettlementRow) if one.name not in {"problem", "faults"})
_AMOUNTS = tuple(_READ.index(name) for name in ("amount", "original_amount", "outstanding_amount"))
_COLUMNS = ("file_id", "run_id", "wave", "kind", "rule", "detail", "content_hash", *_READ)
_values_of = attrgetter(*_READ)


@dataclass
class RowTotals:
    """How many rows were read, and what they add up to, in CAD."""

    rows: int = 0
    amount: Decimal = Decimal("0.00")


def create_tables(session: Session) -> None:
    """Create the work table of one file and the views beside it."""
    sql.run(session, "create_work_table")
    sql.run(session, "create_wave_rows")
    sql.run(session, "create_open_invoices")


def drop_tables(session: Session) -> None:
    """Drop the work table and what is beside it, for the next file of the same session."""
    session.execute(text("DROP VIEW open_invoices"))
    session.execute(text("DROP TABLE settlement_work"))


def read_rows(file: InboundFile, stream: BinaryIO, *, today: date) -> Iterator[SettlementRow]:
    """Return the rows of a file's content; a file without a date in its name is taken as of today."""
    pieces = iter(lambda: stream.read(_PIECE), b"")
    return read_settlement(pieces, source=file.name, day=file.business_date or today)


def stage(session: Session, file_id: int, rows: Iterable[SettlementRow], *, run_id: int | None) -> RowTotals:
    """COPY the rows into the work table and return what was read. Raises what reading the rows raises."""
    totals = RowTotals()
    copy_rows(session, "settlement_work", _COLUMNS, _copied(file_id, run_id, rows, totals))
    session.execute(text("ANALYZE settlement_work"))
    return totals


def list_rejected_files(session: Session, numbers: Sequence[str] | None) -> Sequence[int]:
    """Return the ids of the files with rejected rows, of all CFS numbers or of some."""
    rows = sql.run(session, "list_rejected_files", numbers=None if numbers is None else list(numbers))
    return rows.scalars().all()


def keep_rejects(session: Session, numbers: Sequence[str] | None, *, now: datetime) -> RowTotals:
    """Leave only the rejected rows in the work table, of all CFS numbers or of some, and return what they are.

    now  naive UTC
    """
    sql.run(session, "keep_rejects", numbers=None if numbers is None else list(numbers))
    sql.run(session, "take_out_rejects", now=now)
    session.execute(text("ANALYZE settlement_work"))
    count, amount = session.execute(text("SELECT count(*), coalesce(sum(amount), 0) FROM settlement_work")).one()
    return RowTotals(count, amount)


def _copied(
    file_id: int, run_id: int | None, rows: Iterable[SettlementRow], totals: RowTotals
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        decision = decide(row)
        totals.rows += 1
        totals.amount += row.amount or 0
        values = list(_values_of(row))
        for place in _AMOUNTS:
            values[place] = values[place] or 0
        detail = printable(decision.detail) if decision.detail else ""
        yield (file_id, run_id, 0, decision.kind, decision.rule, detail, row.identity(), *values)
