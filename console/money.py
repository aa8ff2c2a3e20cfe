"""The closed days: what came in, went out and bounced, what is unexplained; and one day in full."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from config.business_time import month_of
from console.page import BadQuestion, NotThere, Page, PageContext, day_of, in_reach
from tools.close.by_method import in_all, money_by_method
from tools.close.closed_days import ClosedDay, closed_days, last_recorded

MOST_UNEXPLAINED = 50
LINES = 5
_HEIGHT = 180


@dataclass(frozen=True)
class MoneyDay:
    """A closed day as the page shows it; amounts in CAD. The heights are those of its bars, in pixels."""

    day: date
    state: str
    came_in: Decimal
    went_out: Decimal
    bounced: Decimal
    unexplained: Decimal
    rows: int
    height_in: int = 0
    height_out: int = 0


@dataclass(frozen=True)
class ScaleLine:
    """A line of the chart's scale, so many pixels from the top, for an amount in CAD."""

    y: int
    amount: Decimal


@dataclass(frozen=True)
class Chart:
    """The chart of a month, in pixels from the top and in percent from the left; `zero` is where out begins."""

    height: int
    zero: int
    lines: tuple[ScaleLine, ...]
    days: int

    @property
    def width(self) -> float:
        """How wide a bar is."""
        return round(62 / self.days, 2)

    def x(self, place: int) -> float:
        """Return where the bars of a day begin."""
        return round(self.middle(place) - self.width / 2, 2)

    def middle(self, place: int) -> float:
        """Return where the middle of a day is."""
        return round(100 * (place + 0.5) / self.days, 2)


def month(context: PageContext) -> Page:
    """Return the page of a month: its closed days as a chart and a table."""
    newest = last_recorded(context.session)
    if newest is None:
        return Page("money.html", "Money", {"days": None})
    first, last = month_of(_month_asked(context, newest))
    following = last + timedelta(days=1)
    closed = closed_days(context.session, first, last)
    days, chart = _scaled([money_day(one) for one in closed])
    values = {
        "days": days,
        "month": first,
        "chart": chart,
        "in_all": in_all(method for one in closed for method in money_by_method(one.figures)),
        "unexplained": sum(one.rows > 0 for one in days),
        "earlier": (first - timedelta(days=1)).replace(day=1),
        "later": following if following <= newest else None,
    }
    return Page("money.html", f"Money in {first:%B %Y}", values)


def day(context: PageContext) -> Page:
    """Return the page of one closed day: what is unexplained, with what to type next, and every figure by method."""
    asked = day_of(context.path["day"])
    found = closed_days(context.session, asked, asked)
    if not found:
        raise NotThere(f"{asked} was not recorded. The clock records each day on the next morning (close).")
    [closed] = found
    values = {
        "closed": closed,
        "shown": [_with_amounts(one) for one in closed.remainders[:MOST_UNEXPLAINED]],
        "name": state_of(closed),
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1),
    }
    return Page("money_day.html", f"Money of {asked}", values)


def money_day(closed: ClosedDay) -> MoneyDay:
    """Return the sums of a closed day."""
    money = in_all(money_by_method(closed.figures))
    return MoneyDay(
        closed.day,
        state_of(closed),
        money.came_in,
        money.went_out,
        money.bounced,
        closed.unexplained,
        closed.unexplained_rows,
    )


def state_of(closed: ClosedDay) -> str:
    """Return how a day was closed, by the name of a state."""
    return "balanced" if closed.is_balanced else "unexplained"


def _with_amounts(remainder: dict[str, Any]) -> dict[str, Any]:
    return {**remainder, "expected": Decimal(remainder["expected"]), "found": Decimal(remainder["found"])}


def _scaled(days: list[MoneyDay]) -> tuple[list[MoneyDay], "Chart"]:
    """Return the days, the oldest first, with the heights of their bars, and the chart that holds them."""
    above = max((one.came_in for one in days), default=Decimal(0))
    below = max((one.went_out for one in days), default=Decimal(0))
    step = _round_step((above + below) / LINES)
    pixels = Decimal(_HEIGHT) / (above + below or 1)
    zero = int(above * pixels)
    amounts = [step * number for number in range(-int(below / step), int(above / step) + 1)]
    lines = tuple(ScaleLine(zero - int(amount * pixels), amount) for amount in amounts)
    scaled = [
        replace(one, height_in=int(one.came_in * pixels), height_out=int(one.went_out * pixels))
        for one in reversed(days)
    ]
    return scaled, Chart(_HEIGHT, zero, lines, len(days))


def _round_step(least: Decimal) -> Decimal:
    """Return the next amount that is 1, 2 or 5 times a power of ten.

    >>> _round_step(Decimal("3100.50")), _round_step(Decimal(0))
    (Decimal('5000'), Decimal('1'))
    """
    power = Decimal(10) ** max(0, least.adjusted()) if least else Decimal(1)
    return next(step * power for step in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)) if step * power >= least)


def _month_asked(context: PageContext, newest: date) -> date:
    """Return a day of the month that the address asks for, the newest closed day where it asks for none."""
    asked = context.asked("month")
    try:
        return in_reach(date.fromisoformat(f"{asked}-01")) if asked else newest
    except ValueError:
        raise BadQuestion(f"month is {asked!r}; expected like {newest:%Y-%m}.") from None
