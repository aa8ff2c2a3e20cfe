"""The morning after: the day is closed and recorded, nothing is unexplained, and a month is its days to the cent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from database.closing.period import Period
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.stopping import StopRequest
from sandbox.world.world import World
from tools.close import JOB
from tools.close.closed_days import closed_days
from tools.close.closing import FigureTotal
from tools.close.compute import compute

Sums = defaultdict[tuple[str, str], Decimal]


def close_day(world: World, day: date) -> Iterator[str]:
    """Record a day that is over, and return what is unexplained of it; on the last of a month also what the month has
    otherwise than its days.
    """
    request = RunRequest({"day": day, "record": True, "reason": "the night"}, JOB.name)
    result = execute(JOB, request, clock=world.clock, stop=StopRequest())
    if result.exit_code not in {0, 3}:
        yield f"close {day} ended with {int(result.exit_code)}: {result.error}"
    with world.database.begin() as session:
        for closed in closed_days(session, day, day, with_figures=False):
            for one in closed.remainders:
                yield f"close {day}: {one['equation']}: {one['row']} is {one['found']}, expected {one['expected']}"
    if (day + timedelta(days=1)).day == 1:
        yield from days_are_the_span(world, day.replace(day=1), day)


def days_are_the_span(world: World, first: date, last: date) -> Iterator[str]:
    """Return each figure that some days have together otherwise than the recorded days among them one by one."""
    with world.database.begin_snapshot() as session:
        recorded = closed_days(session, first, last)
        if not recorded:
            return
        span = Period(recorded[-1].day, last)
        together = _moved(compute(session, span, today=world.clock.today).figures)
    one_by_one = _moved(figure for one in recorded for figure in one.figures)
    for name in sorted(together.keys() | one_by_one.keys()):
        if together[name] != one_by_one[name]:
            yield f"close {first:%Y-%m}: {' '.join(name)} is {together[name]}, its days are {one_by_one[name]}"


def _moved(figures: Iterable[FigureTotal]) -> Sums:
    found = Sums(Decimal)
    for one in figures:
        if ".open_at_" not in one.name:
            for method, total in one.by_method:
                found[one.name, method] += total.amount
    return found
