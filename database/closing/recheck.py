"""Hold recorded days against what the tables say now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from config.business_time import month_of
from database.closing.movements import forget, gather
from database.closing.period import Period
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

_RECORDED = text("SELECT DISTINCT date_trunc('month', day) FROM pay_jobs.closed_days WHERE day >= :since ORDER BY 1")
_SHOWN = text("SELECT day, figure, row, was_there FROM closing_changed ORDER BY day, figure, row LIMIT :limit")


@dataclass(frozen=True)
class Change:
    """A row that a recorded day counts now and did not then, or counted then and does not now.

    row  the row with its amount, as `receipt 55 12.50`
    """

    day: date
    figure: str
    row: str
    was_there: bool

    @property
    def in_words(self) -> str:
        """Return how the day counts the row otherwise."""
        return "is no longer counted" if self.was_there else "was not counted"

    def __str__(self) -> str:
        return f"{self.day} {self.figure}: {self.row} {self.in_words}"


def changes_of(session: Session, period: Period, limit: int) -> list[Change]:
    """Return what the recorded days among these count otherwise now; what moved in them must be gathered."""
    sql.run(session, "create_changed")
    sql.run(session, "find_changed", first=period.first, last=period.last)
    return [Change(*tuple(row)) for row in session.execute(_SHOWN, {"limit": limit})]


def find_all_changes(session: Session, since: date) -> None:
    """Make closing_changed: what the recorded days from this one on count otherwise now; a month at a time."""
    session.execute(text("DROP TABLE IF EXISTS closing_changed"))
    sql.run(session, "create_changed")
    for period in _recorded_months(session, since):
        gather(session, period)
        sql.run(session, "find_changed", first=period.first, last=period.last)
        forget(session)


def _recorded_months(session: Session, since: date) -> Iterator[Period]:
    for month in session.execute(_RECORDED, {"since": since}).scalars().all():
        first, last = month_of(month.date())
        yield Period(max(first, since), last)
