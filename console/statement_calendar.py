"""The statements: a year at a glance, and a day with its kinds, its gaps, and the command that fills them."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from console.page import FIRST_YEAR, LAST_YEAR, BadQuestion, Page, PageContext, day_of
from tasks.generate_statements.gaps import DuePeriod, due_periods


@dataclass(frozen=True)
class Cell:
    """A day of the calendar; `state` is the name of one in console/states.py, "" before there is one."""

    day: date
    state: str


@dataclass(frozen=True)
class Month:
    """A month with a cell for each of its days."""

    name: str
    cells: list[Cell]


def year(context: PageContext) -> Page:
    """Return the page of a year: for each day whether what was due is there."""
    asked = context.number("year") or context.today.year
    if not FIRST_YEAR <= asked <= LAST_YEAR:
        raise BadQuestion(f"year is {asked}; it can be {FIRST_YEAR} to {LAST_YEAR}.")
    kept = context.cache.get(("statements", asked, context.today), context.now, lambda: _days_of(context, asked))
    states: dict[date, str] = kept.value
    months = [
        Month(f"{date(asked, month, 1):%B}", [Cell(day, states.get(day, "")) for day in _days_in(asked, month)])
        for month in range(1, 13)
    ]
    values = {
        "year": asked,
        "months": months,
        "until": min(date(asked, 12, 31), context.today - timedelta(days=1)),
        "counted_on": kept.on,
        "bad": sum(state in {"missing", "partly"} for state in states.values()),
        "earlier": asked - 1 if asked > FIRST_YEAR else None,
        "later": asked + 1 if asked < context.today.year else None,
    }
    return Page("statements.html", f"Statements of {asked}", values)


def day(context: PageContext) -> Page:
    """Return the page of a day: what was due by kind, which accounts lack theirs, and the command that makes them."""
    asked = day_of(context.path["day"])
    periods = due_periods(context.session, asked, asked)
    values = {
        "day": asked,
        "periods": [(one, state_of([one]), one.gap) for one in periods],
        "is_over": asked < context.today,
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1),
    }
    return Page("statements_day.html", f"Statements of {asked}", values)


def state_of(periods: list[DuePeriod]) -> str:
    """Return how complete the statements of some periods are, by the name of a state."""
    due, missing = sum(one.due for one in periods), sum(one.missing for one in periods)
    if not due:
        return "none"
    if not missing:
        return "complete"
    return "missing" if missing == due else "partly"


def _days_of(context: PageContext, asked: int) -> dict[date, str]:
    """Return the state of each day of a year that is over."""
    first, last = date(asked, 1, 1), min(date(asked, 12, 31), context.today - timedelta(days=1))
    if last < first:
        return {}
    by_day: dict[date, list[DuePeriod]] = defaultdict(list)
    for one in due_periods(context.session, first, last):
        by_day[one.period.last].append(one)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {day: state_of(by_day[day]) for day in days}


def _days_in(year: int, month: int) -> Iterator[date]:
    return (date(year, month, number + 1) for number in range(monthrange(year, month)[1]))
