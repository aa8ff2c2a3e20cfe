"""The days that were recorded: what each came to, as it was kept."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import text

from database.sessions import Session
from database.sql import statements
from tools.close.closing import FigureTotal
from tools.close.totals import figure_totals

sql = statements(__package__)

_LAST = text("SELECT max(day) FROM pay_jobs.closed_days")


@dataclass(frozen=True)
class ClosedDay:
    """A recorded day.

    is_first     no day before was recorded, so no balance was held
    unexplained  what the unexplained rows come to, in CAD, whichever way each goes
    remainders   the first of them, as they were kept: equation, row, expected, found, cause, next
    figures      as they were kept; empty where they were not asked for
    """

    day: date
    is_first: bool
    unexplained_rows: int
    unexplained: Decimal
    remainders: tuple[dict[str, Any], ...]
    reason: str
    run_id: int | None
    recorded_on: datetime
    figures: tuple[FigureTotal, ...] = ()

    @property
    def is_balanced(self) -> bool:
        """Whether nothing was unexplained."""
        return not self.unexplained_rows


def closed_days(session: Session, since: date, until: date, *, with_figures: bool = True) -> list[ClosedDay]:
    """Return the recorded days from one day to another, both included, the newest first."""
    days = sql.run(session, "list_closed_days", since=since, until=until).all()
    figures = _figures_by_day(session, since, until) if with_figures and days else {}
    return [
        ClosedDay(row.day, row.is_first, row.unexplained_rows, row.unexplained, tuple(row.remainders), row.reason,
                  row.run_id, row.recorded_on, figures.get(row.day, ()))
        for row in days
    ]  # fmt: skip


def last_recorded(session: Session) -> date | None:
    """Return the last recorded day, None where no day is."""
    last: date | None = session.scalar(_LAST)
    return last


def _figures_by_day(session: Session, since: date, until: date) -> dict[date, tuple[FigureTotal, ...]]:
    rows = sql.run(session, "list_closed_figures", since=since, until=until)
    return {day: figure_totals(tuple(row)[1:] for row in of_day) for day, of_day in groupby(rows, attrgetter("day"))}
