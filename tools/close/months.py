"""The months of a year: what each figure came to in each, and how many of their days are recorded."""

from itertools import groupby
from operator import attrgetter

from database.closing.period import Period
from database.sessions import Session
from database.sql import statements
from tools.close.closing import ZERO, ClosedMonth
from tools.close.totals import figure_totals

sql = statements(__package__)


def months_of(session: Session, period: Period) -> tuple[ClosedMonth, ...]:
    """Return the months of days whose movements are gathered."""
    days = {"first": period.first, "last": period.last}
    recorded = {row.month: row for row in sql.run(session, "list_recorded_months", **days)}
    return tuple(
        ClosedMonth(
            month,
            figure_totals(tuple(row)[1:] for row in of_month),
            recorded[month].days if month in recorded else 0,
            recorded[month].unexplained if month in recorded else ZERO,
        )
        for month, of_month in groupby(sql.run(session, "sum_months", **days), attrgetter("month"))
    )
