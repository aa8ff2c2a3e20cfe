"""The months of a year: what each figure came to in each, and how many of their days are recorded."""

from datetime import date

from sqlalchemy.orm import Session

from database.closing.figures import meaning
from database.closing.period import Period
from database.sql import statements
from tools.close.closing import ZERO, ClosedMonth, FigureTotal, Total

sql = statements(__package__)


def months_of(session: Session, period: Period) -> tuple[ClosedMonth, ...]:
    """Return the months of days whose movements are gathered."""
    days = {"first": period.first, "last": period.last}
    recorded = {row.month: row for row in sql.run(session, "list_recorded_months", **days)}
    found: dict[date, dict[str, list[tuple[str, Total]]]] = {}
    for row in sql.run(session, "sum_months", **days):
        of_month = found.setdefault(row.month, {})
        of_month.setdefault(row.figure, []).append((row.method, Total(row.rows, row.amount)))
    return tuple(
        ClosedMonth(
            month,
            tuple(FigureTotal(name, meaning(name), tuple(methods)) for name, methods in figures.items()),
            recorded[month].days if month in recorded else 0,
            recorded[month].unexplained if month in recorded else ZERO,
        )
        for month, figures in sorted(found.items())
    )
