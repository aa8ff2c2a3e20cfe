"""The business days that are looked at, as statements take them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from config.business_time import day_bounds, day_start


@dataclass(frozen=True)
class Period:
    """Some business days in a row, both ends included."""

    first: date
    last: date

    @property
    def before(self) -> date:
        """Return the day before the first."""
        return self.first - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        """Return each day."""
        return [self.first + timedelta(days=nth) for nth in range((self.last - self.first).days + 1)]

    def values(self) -> dict[str, Any]:
        """Return the days and their bounds: naive UTC, a midnight a day and that after the last."""
        since, until = day_bounds(self.first, self.last)
        starts = [*(day_start(day) for day in self.days), until]
        return {
            "first": self.first,
            "last": self.last,
            "since": since,
            "until": until,
            "days": self.days,
            "starts": starts,
        }
