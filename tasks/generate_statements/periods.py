"""Which statements are due for a day.

Source: docs/specs/statements.md section 2. A week is Sunday to Saturday. The day is the last one to be covered, so
every rule sees the morning after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_ONE_DAY = timedelta(days=1)


class StatementKind(StrEnum):
    """What makes a statement due. A gap statement is the rest of a week in which a weekly setting ended."""

    DAILY = "DAILY"
    GAP = "GAP"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"

    @property
    def frequency(self) -> str:
        """The frequency of the settings it is made for, and of its statement."""
        return "WEEKLY" if self is StatementKind.GAP else self.value


@dataclass(frozen=True, order=True)
class StatementPeriod:
    """The days a statement covers, both included. Settings are chosen that are valid on the last of them."""

    kind: StatementKind
    first: date
    last: date

    def __str__(self) -> str:
        span = str(self.last) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.kind} {span}"

    def days(self) -> Iterator[date]:
        """Return the days one by one."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def sunday_of(day: date) -> date:
    """Return the first day of the day's week."""
    return day - timedelta(days=day.isoweekday() % 7)


def periods_ending(day: date) -> list[StatementPeriod]:
    """Return what is due once the day is over, in the order it is made.

    >>> [str(period) for period in periods_ending(date(2026, 10, 31))]
    ['DAILY 2026-10-31', 'WEEKLY 2026-10-25 to 2026-10-31', 'MONTHLY 2026-10-01 to 2026-10-31']
    >>> [str(period) for period in periods_ending(date(2026, 9, 30))]
    ['DAILY 2026-09-30', 'GAP 2026-09-27 to 2026-09-30', 'MONTHLY 2026-09-01 to 2026-09-30']
    """
    week_is_over = day.isoweekday() == 6
    due = [
        StatementPeriod(StatementKind.DAILY, day, day),
        StatementPeriod(StatementKind.WEEKLY if week_is_over else StatementKind.GAP, sunday_of(day), day),
    ]
    if (day + _ONE_DAY).day == 1:
        due.append(StatementPeriod(StatementKind.MONTHLY, day.replace(day=1), day))
    return due
