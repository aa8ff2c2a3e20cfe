"""A night that ended well and did nothing: far fewer statements than the nights on which the same ones were due."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from config.business_time import business_date
from config.command_line import typed
from config.plurals import counted
from config.usual import ENOUGH_NIGHTS, FEW_STATEMENTS, FEWER_THAN, KNOWN
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Reject
from jobs.usual import usual
from tasks.generate_statements.periods import StatementKind, periods_ending

sql = statements(__package__)

STATEMENTS = ("statements_created", "statements_corrected", "statements_kept")
_ONE_DAY = timedelta(days=1)


def find_few(context: RunContext, day: date, made: int) -> Reject | None:
    """Return what to tell where far fewer statements were made than on nights of the same kind; else None.

    day   the last day that the statements cover
    made  how many of it there are now
    """
    with context.database.read() as session:
        rows = sql.run(session, "list_nights", run_id=context.run_id).all()
    nights = [(business_date(row.started_on) - _ONE_DAY, _total(row.counts)) for row in rows]
    before = [number for night, number in nights if kind_of(night) == kind_of(day)][:KNOWN]
    middle = limit_below(before)
    if middle is None or made >= FEWER_THAN * middle:
        return None
    detail = (
        f"{counted(made, 'statement')}; {middle:,.0f} are usual, by the last {len(before)} nights on which the same "
        "ones were due. Look whether the invoices and the settings of the accounts are there, then make them again "
        "today: made on another day, or with a date, they owe nobody a notice"
    )
    return Reject(f"statements of {day}", "far fewer than usual", detail, typed("GENERATE_STATEMENTS"))


def kind_of(day: date) -> tuple[frozenset[StatementKind], bool]:
    """Return what makes nights comparable: which statements are due, and whether the day is a Sunday."""
    return frozenset(period.kind for period in periods_ending(day)), day.isoweekday() == 7


def limit_below(before: Sequence[int]) -> Decimal | None:
    """Return the usual number of statements, None where too little is known or chance alone may halve it.

    >>> limit_below([100, 120, 110])
    Decimal('110')
    >>> limit_below([100, 120]), limit_below([3, 4, 5])
    (None, None)
    """
    middle = usual([Decimal(number) for number in before])[0]
    return middle if len(before) >= ENOUGH_NIGHTS and middle >= FEW_STATEMENTS else None


def _total(counts: dict[str, int]) -> int:
    return sum(counts.get(name, 0) for name in STATEMENTS)
