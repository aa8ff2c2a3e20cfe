"""The rows that a correction changes, as they are shown."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Row


class ChangedRow(NamedTuple):
    """A row of a pay table that was changed: its table, its id, and the value before and after."""

    name: str
    id: int
    before: str | None
    after: str | None


def changed_rows(rows: Iterable[Row[Any]]) -> list[ChangedRow]:
    """Return what a statement changed."""
    return [ChangedRow(**row._mapping) for row in rows]
