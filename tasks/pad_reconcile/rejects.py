"""The rejected rows of a file, for people: shown, and written as CSV to the object store."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.kept_rows import stream
from jobs.run.outcome import Reject
from jobs.spreadsheet import defused

COLUMNS = (
    "line", "rule", "detail", "record_type", "source_type", "source_number", "application_id", "application_date",
    "amount", "customer_account", "target_type", "target_number", "original_amount", "outstanding_amount", "status",
    "reversal_reason",
)  # fmt: skip
SHOWN = 1000


def read_rejects(session: Session, file_id: int, *, limit: int | None = None) -> Iterator[Any]:
    """Return the rejected rows of a file, in its order, as the server hands them over."""
    statement = text(
        f"SELECT {', '.join(COLUMNS)} FROM pay_jobs.settlement_rows"
        " WHERE file_id = :file_id AND outcome = 'rejected' ORDER BY line LIMIT :limit"
    )
    yield from stream(session, statement, file_id=file_id, limit=limit)


def as_reject(name: str, row: Any) -> Reject:
    """Give a rejected row as the run reports it."""
    return Reject(f"{name} line {row.line}", row.rule.replace("_", " "), row.detail)


def as_csv(rows: Iterable[Any]) -> Iterator[bytes]:
    """Give rejected rows as CSV, header first; a text that a spreadsheet would run is defused with a quote mark."""
    yield _line(COLUMNS)
    for row in rows:
        yield _line([defused(value) for value in row])


def _line(values: Iterable[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["" if value is None else value for value in values])
    return buffer.getvalue().encode()
