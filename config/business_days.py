"""The business days of the province: neither Saturday, Sunday nor a holiday of British Columbia.

Source: docs/specs/cgi-ejv-files.md section 1: statutory holidays with their observed days, optional and government
holidays, and besides them Easter Monday and Boxing Day. The days come from the `holidays` package.

>>> business_days_since(date(2026, 11, 10), date(2026, 11, 12))
1
"""

from datetime import date, timedelta
from functools import cache

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def is_business_day(day: date) -> bool:
    """Say whether banks and ministries work on a day."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def business_days_since(day: date, today: date) -> int:
    """Give how many business days have begun after a day, today included."""
    return sum(is_business_day(day + _ONE_DAY * number) for number in range(1, (today - day).days + 1))


def business_days_before(today: date, count: int) -> date:
    """Give the last day since which so many business days have begun, today included."""
    day = today
    while count > 0:
        count -= is_business_day(day)
        day -= _ONE_DAY
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays

    known = holidays.country_holidays("CA", subdiv="BC", years=year, categories=("public", "optional", "government"))
    easter_monday = next(day for day, name in known.items() if "Good Friday" in name) + _ONE_DAY * 3
    return frozenset({*known, easter_monday})
