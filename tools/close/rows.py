"""The rows that a figure adds up, one by one."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.orm import Session

from database.closing.figures import BALANCES
from database.sql import statements
from tools.close.closing import Closing

sql = statements(__package__)

_AT_ONCE = 1000
_OPEN = {f"{one.name}.open_at_{side}": (one.kind, side) for one in BALANCES for side in ("start", "end")}


class FigureRow(NamedTuple):
    """A row of a figure: its day, payment method (or site, or partner), what it is, CAD, and where it comes from."""

    day: date
    method: str
    key: str
    amount: Decimal
    origin: str


def rows_of(session: Session, closing: Closing, figure: str) -> Iterator[FigureRow]:
    """Return the rows of a figure of a closing that was computed in this transaction, in a fixed order."""
    if figure in _OPEN:
        kind, side = _OPEN[figure]
        statement, values = sql["list_open"], {"kind": kind, "side": side, "first": closing.first, "last": closing.last}
    else:
        statement, values = sql["list_rows"], {"figure": figure, "first": closing.first, "last": closing.last}
    for row in session.execute(statement, values, execution_options={"yield_per": _AT_ONCE}):
        yield FigureRow(row.day, row.method, row.key, row.amount, row.origin)
