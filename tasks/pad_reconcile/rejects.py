"""The rejected rows of a file, for people: shown, and written as CSV to the object store."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from config.command_line import typed
from connectors.formats.settlement import SettlementRow
from database.kept_rows import stream
from database.sessions import Session
from database.sql import statements
from jobs.run.outcome import Reject
from jobs.spreadsheet import csv_lines

sql = statements(__package__)

_NOT_SHOWN = {"line", "problem", "faults"}
COLUMNS = ("line", "rule", "detail", *(one.name for one in fields(SettlementRow) if one.name not in _NOT_SHOWN))
SHOWN = 1000


def read_rejects(session: Session, file_id: int, *, limit: int | None = None) -> Iterator[Any]:
    """Return the rejected rows of a file, in its order, as the server hands them over."""
    yield from stream(session, sql["list_rejects"], file_id=file_id, limit=limit)


def as_reject(name: str, row: Any) -> Reject:
    """Return a rejected row as the run reports it."""
    command = typed("explain invoice", row.target_number) if row.is_invoice else typed("files show", name)
    return Reject(f"{name} line {row.line}", row.rule.replace("_", " "), row.detail, command, row.amount)


def as_csv(rows: Iterable[Any]) -> Iterator[bytes]:
    """Return rejected rows as CSV, header first."""
    return (line.encode() for line in csv_lines(COLUMNS, (map(row._mapping.__getitem__, COLUMNS) for row in rows)))
