"""The business days of the province: neither Saturday, Sunday nor a holiday of British Columbia.

Source: docs/specs/cgi-ejv-files.md section 1: statutory holidays with their observed days, optional and government
holidays, Easter Monday and Boxing Day. The days come from the `holidays` package; Easter Monday is added.

>>> next_business_day(date(2026, 12, 25))
datetime.date(2026, 12, 29)
>>> business_days_since(date(2026, 11, 10), date(2026, 11, 12))
1
"""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from config.business_time import BUSINESS_ZONE
from config.lean_imports import alone, without_metadata

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def is_business_day(day: date) -> bool:
    """Return whether banks and ministries work on a day."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def next_business_day(day: date) -> date:
    """Return the day itself, or the first business day after it."""
    while not is_business_day(day):
        day += _ONE_DAY
    return day


def business_days_since(day: date, today: date) -> int:
    """Return how many business days have begun after a day, today included."""
    return sum(is_business_day(day + _ONE_DAY * number) for number in range(1, (today - day).days + 1))


def business_days_before(today: date, count: int) -> date:
    """Return the last day since which so many business days have begun, today included."""
    day = today
    while count > 0:
        count -= is_business_day(day)
        day -= _ONE_DAY
    return day


@lru_cache(maxsize=1024)
def age_in_business_days(since: datetime, now: datetime) -> int:
    """Return how many whole business days have passed, by the local clock: from Friday 20:01 to Monday 20:01 is one.

    Both are aware. What began on a weekend or a holiday began with the next business day.
    """
    begun, ended = (instant.astimezone(BUSINESS_ZONE) for instant in (since, now))
    if not is_business_day(begun.date()):
        begun = datetime.combine(next_business_day(begun.date()), datetime.min.time(), BUSINESS_ZONE)
    is_short = is_business_day(ended.date()) and ended.time() < begun.time()
    return max(0, business_days_since(begun.date(), ended.date()) - is_short)


@cache
def _holidays(year: int) -> frozenset[date]:
    with alone("holidays"), alone("holidays.countries"), without_metadata():  # of two hundred and fifty
        from holidays.countries.canada import Canada

    known: dict[date, str] = Canada(  # type: ignore[no-untyped-call]
        subdiv="BC", years=year, categories=("public", "optional", "government")
    )
    easter_monday = next(day for day, name in known.items() if "Good Friday" in name) + _ONE_DAY * 3
    return frozenset({*known, easter_monday})
