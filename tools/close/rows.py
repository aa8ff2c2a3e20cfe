"""The rows that a figure adds up, one by one."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from database.closing.figures import BALANCES, OF_LINES
from database.sessions import Session
from database.sql import statements
from tools.close.closing import Closing

sql = statements(__package__)

_AT_ONCE = 1000
_IS_PLACED = text("SELECT to_regclass('pg_temp.closing_places') IS NOT NULL")
_OPEN = {f"{one.name}.open_at_{side}": (one.kind, side) for one in BALANCES for side in ("start", "end")}


class FigureRow(NamedTuple):
    """A row of a figure: its day, payment method (or site, or partner), what it is, CAD, and where it comes from.

    line  of a row that comes from a line of a file: the figure that has the line, and its place there, from 1
    """

    day: date
    method: str
    key: str
    amount: Decimal
    origin: str
    line: tuple[str, int] | None = None


def rows_of(session: Session, closing: Closing, figure: str) -> Iterator[FigureRow]:
    """Return the rows of a figure of a closing that was computed in this transaction, in a fixed order."""
    _place_lines(session, closing)
    if figure in _OPEN:
        kind, side = _OPEN[figure]
        statement, values = sql["list_open"], {"kind": kind, "side": side, "first": closing.first, "last": closing.last}
    else:
        statement, values = sql["list_rows"], {"figure": figure, "first": closing.first, "last": closing.last}
    for row in session.execute(statement, values, execution_options={"yield_per": _AT_ONCE}):
        line = (row.line_figure, row.line_place) if row.line_figure else None
        yield FigureRow(row.day, row.method, row.key, row.amount, row.origin, line)


def _place_lines(session: Session, closing: Closing) -> None:
    """Number the lines of files, once a transaction."""
    if not session.scalar(_IS_PLACED):
        sql.run(session, "create_places", first=closing.first, last=closing.last, of_lines=list(OF_LINES))
        session.execute(text("ANALYZE closing_places"))
