"""Business days in British Columbia, as CGI counts them.

The statutory, optional and government holidays of the `holidays` package with their observed days, and besides them
Easter Monday and Boxing Day. Source: docs/specs/cgi-ejv-files.md section 1, "Holiday calendar".

>>> next_business_day(date(2026, 12, 25))
datetime.date(2026, 12, 29)
"""

from datetime import date, datetime, timedelta
from functools import cache

import holidays
from holidays.constants import GOVERNMENT, OPTIONAL, PUBLIC

from config.business_time import BUSINESS_ZONE

_SATURDAY = 5
_DAY = timedelta(days=1)


@cache
def holidays_of(year: int) -> frozenset[date]:
    """Give the holidays of a year, weekends apart."""
    named = holidays.country_holidays(
        "CA", subdiv="BC", years=year, observed=True, categories=(PUBLIC, OPTIONAL, GOVERNMENT)
    )
    found = {day for day in named if day.year == year}
    found.update(day + 3 * _DAY for day in named.get_named("Good Friday"))
    return frozenset(found | _boxing_day(year))


def is_business_day(day: date) -> bool:
    """Whether CGI works on that day."""
    return day.weekday() < _SATURDAY and day not in holidays_of(day.year)


def next_business_day(day: date) -> date:
    """Give the day itself, or the first business day after it."""
    while not is_business_day(day):
        day += _DAY
    return day


def age_in_business_days(since: datetime, now: datetime) -> int:
    """Give how many whole business days have passed, by the local clock: from Friday 20:01 to Monday 20:01 is one.

    Both are aware. Something that began on a weekend or a holiday began with the next business day.
    """
    begun, ended = (instant.astimezone(BUSINESS_ZONE) for instant in (since, now))
    if not is_business_day(begun.date()):
        begun = datetime.combine(next_business_day(begun.date()), datetime.min.time(), BUSINESS_ZONE)
    days = 0
    day = begun.date() + _DAY
    while day <= ended.date():
        days += is_business_day(day)
        day += _DAY
    is_short = is_business_day(ended.date()) and ended.time() < begun.time()
    return max(0, days - is_short)


def _boxing_day(year: int) -> set[date]:
    """Give 26 December, and its observed day where it falls on a weekend or behind an observed Christmas Day."""
    found = {date(year, 12, 26)}
    if date(year, 12, 26).weekday() >= _SATURDAY:
        found.add(date(year, 12, 28))
    elif date(year, 12, 25).weekday() >= _SATURDAY:
        found.add(date(year, 12, 27))
    return found
