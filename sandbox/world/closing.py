"""What days of a world came to together, beside what each was recorded with: a month is its days to the cent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from database.closing.period import Period
from sandbox.world.world import World
from tools.close.closed_days import closed_days
from tools.close.closing import FigureTotal
from tools.close.compute import compute

Sums = defaultdict[tuple[str, str], Decimal]


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
