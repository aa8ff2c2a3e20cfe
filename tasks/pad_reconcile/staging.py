"""Bring the rows of one file into the transaction's staging table, and count what was read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from connectors.formats.settlement import SettlementRow
from connectors.inbound.listing import printable
from database.copy import copy_rows
from database.sql import statements
from tasks.pad_reconcile.rules import decide

sql = statements(__package__)

_COLUMNS = (
    "file_id", "line", "kind", "rule", "detail", "record_type", "source_type", "source_number", "application_id",
    "application_date", "amount", "customer_account", "target_type", "target_number", "original_amount",
    "outstanding_amount", "status", "reversal_reason", "content_hash",
)  # fmt: skip


@dataclass
class Totals:
    """How many rows were read, and what they add up to, in CAD."""

    rows: int = 0
    amount: Decimal = Decimal("0.00")


def create_tables(session: Session) -> None:
    """Create the staging tables of one file."""
    sql.run(session, "create_staged")
    sql.run(session, "create_done")
    sql.run(session, "create_open_invoices")


def stage(session: Session, file_id: int, rows: Iterable[SettlementRow]) -> Totals:
    """COPY the rows into the staging table and return what was read. Raises what reading the rows raises."""
    totals = Totals()
    copy_rows(session, "settlement_staged", _COLUMNS, _values(file_id, rows, totals))
    session.execute(text("ANALYZE settlement_staged"))
    return totals


def list_rejected_files(session: Session, numbers: Sequence[str] | None) -> Sequence[int]:
    """Return the ids of the files with rejected rows, of all CFS numbers or of some."""
    rows = sql.run(session, "list_rejected_files", numbers=None if numbers is None else list(numbers))
    return rows.scalars().all()


def keep_rejects(session: Session, numbers: Sequence[str] | None) -> Totals:
    """Leave only the rejected rows staged, of all CFS numbers or of some, and return what they are."""
    sql.run(session, "keep_rejects", numbers=None if numbers is None else list(numbers))
    session.execute(text("ANALYZE settlement_staged"))
    count, amount = session.execute(text("SELECT count(*), coalesce(sum(amount), 0) FROM settlement_staged")).one()
    return Totals(count, amount)


def _values(file_id: int, rows: Iterable[SettlementRow], totals: Totals) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        decision = decide(row)
        totals.rows += 1
        totals.amount += row.amount or 0
        yield (
            file_id, row.line, decision.kind, decision.rule, printable(decision.detail), row.record_type,
            row.source_type, row.source_number, row.application_id, row.application_date, row.amount or 0,
            row.customer_account, row.target_type, row.target_number, row.original_amount or 0,
            row.outstanding_amount or 0, row.status, row.reversal_reason, row.identity(),
        )  # fmt: skip
